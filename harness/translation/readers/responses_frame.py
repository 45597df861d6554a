"""How a response begins, and how it ended by its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.failures import error_of
from harness.translation.readers.openai_members import some_text, whole_seconds
from harness.turn.increments import Error, Finish, Start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.session import Session
    from harness.turn.increments import FinishReason

ENDS: Final = frozenset({"completed", "incomplete", "failed", "cancelled"})
"""The statuses of a response that is over."""

_REASONS: Final[Mapping[str, FinishReason]] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}


def start_of(response: dict[str, Any], src: int) -> Start:
    """The beginning of the answer.

    Args:
        response: The object.
        src: Index of the event.
    """
    return Start(
        src=src,
        upstream_id=some_text(response.get("id")) or None,
        model=some_text(response.get("model")) or None,
        created=whole_seconds(response.get("created_at")),
        service_tier=some_text(response.get("service_tier")) or None,
        dialect="responses",
        raw=response,
    )


def failure_in(status: str, response: Mapping[str, Any], session: Session, src: int) -> Error | None:
    """The error that a response is, where it is one.

    A response that is not over is an error as well, unless the client asked for one that is made in the background.

    Args:
        status: Its status.
        response: The object.
        session: The exchange.
        src: Index of the event.
    """
    error = response.get("error")
    if status == "cancelled":
        message = "the upstream's answer was cancelled"
        return Error(src=src, status=502, code="cancelled", message=message, native="cancelled")
    if status == "failed" or error is not None:
        otherwise = {"code": "server_error", "message": "the upstream says that its answer failed"}
        return error_of("responses", error if error is not None else otherwise, src)
    if status in {"queued", "in_progress"} and not _is_background(session):
        message = f"the upstream has not finished its answer: its status is {status}"
        return Error(src=src, status=502, code="upstream_incomplete", message=message, native=status)
    return None


def finish_of(status: str, response: dict[str, Any], session: Session, src: int, *, called: bool) -> Finish:
    """Why a response that did not fail ended.

    Args:
        status: Its status; the native word, but for one that is incomplete, whose reason tells more.
        response: The object.
        session: The exchange, for losses.
        src: Index of the event.
        called: There is a call of a client's tool; the protocol has one status for that and for a stop.
    """
    reason: FinishReason = "tool_calls" if called else "stop"
    native = status
    if status == "incomplete":
        details = response.get("incomplete_details")
        why = some_text(details.get("reason")) if isinstance(details, dict) else ""
        native = why or status
        reason = _REASONS.get(why, "length")
        if why not in _REASONS:
            session.lose_at("L223", src, native[:64])
    return Finish(src=src, reason=reason, native=native, dialect="responses", raw=response)


def _is_background(session: Session) -> bool:
    """The client asked for a response that is made while nobody waits: one that is queued is its answer.

    It is none where the client wants a stream of it, which has to come to an end.
    """
    request = session.request
    return request is not None and not request.stream and request.options.get("background") is True

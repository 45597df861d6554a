"""The response object around the output: what it says of the answer, and what it repeats of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.translation.writers.blocks import kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.session import Session
    from harness.turn.increments import Error, Finish, Start

_INCOMPLETE: Final[Mapping[str, str]] = {"length": "max_output_tokens", "content_filter": "content_filter"}

_ALWAYS: Final = frozenset({
    "instructions", "max_output_tokens", "metadata", "model", "parallel_tool_calls", "previous_response_id",
    "reasoning", "temperature", "text", "tool_choice", "tools", "top_p", "truncation", "user",
})  # fmt: skip
"""What a response repeats of its request in every answer that OpenAI was recorded to give."""

_SETTINGS: Final = (
    "instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls",
    "previous_response_id", "store", "temperature", "tool_choice", "top_logprobs", "top_p", "truncation",
)  # fmt: skip
"""Members of a request that OpenAI repeats just as they were said."""

_WAITING: Final = frozenset({"queued", "in_progress"})

_SHAPES: Final[Mapping[str, tuple[type, ...]]] = {
    "parallel_tool_calls": (bool,),
    "tool_choice": (str, dict),
    "tools": (list,),
    "metadata": (dict,),
}
"""Members that every client reads: where an upstream has something else there, the request's are taken."""


def begun(one: Start, session: Session) -> dict[str, Any]:
    """The object as `response.created` has it, but for a status of the upstream's own."""
    from harness.translation.requests.echo import echo  # noqa: PLC0415 - only answers of this dialect repeat a request

    request = session.request
    shell = echo(request, session.body)
    is_same = session.upstream == "responses"
    if is_same and one.raw:
        # The upstream repeats the request itself: only what clients cannot do without is added.
        shell = {name: value for name, value in shell.items() if name in _ALWAYS}
        shell.update(_shaped(kept(one.raw, session, one.src)))
        shell.update(_said(session))
    elif one.service_tier is not None:
        shell["service_tier"] = one.service_tier
    given_id = one.upstream_id if is_same else None
    known: dict[str, Any] = {
        "id": given_id or session.mint.new_id("resp_"),
        "object": "response",
        "created_at": one.created if one.created is not None else session.asked_at,
        "status": "in_progress",
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "model": one.model or shell.get("model") or "unknown",
        "output": [],
        "usage": None,
    }
    return {**known, **shell, **known}


def ended(
    shell: Mapping[str, Any],
    finish: Finish,
    output: list[dict[str, Any]],
    usage: dict[str, Any] | None,
    session: Session,
) -> dict[str, Any]:
    """The object as `response.completed` or `response.incomplete` has it."""
    said = _shaped(kept(finish.raw, session, finish.src)) if finish.dialect == "responses" else {}
    if finish.dialect == "responses" and finish.native in _WAITING:
        # A response that is made in the background: whoever asked is told that it is not there yet.
        return {
            **shell,
            **said,
            **_constant(shell),
            "status": finish.native,
            "output": output,
            "usage": usage,
        }
    reason = _INCOMPLETE.get(finish.reason)
    completed_at = said.get("completed_at")
    if reason is not None:
        completed_at = None
    elif type(completed_at) is not int:
        # The clock of whoever translates may be behind the upstream's, or stand still.
        completed_at = max(session.now(), shell["created_at"])
    return {
        **shell,
        **said,
        **_said(session),
        **_constant(shell),
        "status": "completed" if reason is None else "incomplete",
        "completed_at": completed_at,
        "error": None,
        "incomplete_details": None if reason is None else {"reason": reason},
        "output": output,
        "usage": usage,
    }


def failed(
    shell: Mapping[str, Any], error: Error, output: list[dict[str, Any]], usage: dict[str, Any] | None
) -> dict[str, Any]:
    """The object as `response.failed` has it."""
    from harness.translation.failures import response_code  # noqa: PLC0415 - few answers fail

    return {
        **shell,
        "status": "failed",
        "error": {"code": response_code(error), "message": error.message or "the upstream failed"},
        "output": output,
        "usage": usage,
    }


def _said(session: Session) -> dict[str, Any]:
    """What the client said, in its own words: an upstream may have been asked otherwise."""
    request = session.request
    if request is None or request.dialect != "responses":
        return {}
    return {name: value for name in _SETTINGS if (value := session.body.get(name)) is not None}


def _constant(shell: Mapping[str, Any]) -> dict[str, Any]:
    return {name: shell[name] for name in ("id", "object", "created_at", "model")}


def _shaped(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if isinstance(value, _SHAPES.get(name, (object,)))}

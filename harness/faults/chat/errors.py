"""Errors inside a stream: they are swallowed, say nothing, or come where all is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, is_chunk, reasons, text
from harness.faults.dialect import error_body
from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Mutation
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChatErrorShape(Mutation):
    """The stream ends with an error that is a bare string, or has no message."""

    name: ClassVar[str] = "chat_error_shape"
    example: ClassVar[str] = "chat_error_shape:how=message_empty"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "string": (
            "CHAT-ERR-001",
            "XLAT-FIN-001",
        ),
        "message_absent": (
            "CHAT-ERR-001",
            "XLAT-FIN-001",
        ),
        "message_empty": (
            "CHAT-ERR-001",
            "XLAT-FIN-001",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "delta with text"

    how: str = manner(breaks_by_how, "What the error is.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        shapes = {
            "string": "boom",
            "message_absent": {"type": "server_error", "param": None, "code": None},
            "message_empty": {"message": "", "type": "server_error", "param": None, "code": None},
        }
        events = iter(stream)
        for event in events:
            yield event
            if any(text(choice) for choice in choices(event.value)) and stream.here():
                yield event.like({"error": shapes[self.how]})
                yield from (one for one in events if is_done(one.block.data))
                return


@dataclass(frozen=True, kw_only=True)
class ErrorBesideChoices(Edit):
    """The chunk that finishes a choice with `stop` has an error too."""

    name: ClassVar[str] = "error_beside_choices"
    example: ClassVar[str] = "error_beside_choices"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ERR-004", "CHAT-ERR-003", "CHAT-ERR-001", "XLAT-FIN-001")
    wanted: ClassVar[str] = "finish reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not any(finish(choice) for choice in choices(value)) or value.get("error") or not stream.here():
            return False
        value["error"] = {
            "message": "The server had an error.",
            "type": "server_error",
            "param": None,
            "code": None,
        }
        return True


@dataclass(frozen=True, kw_only=True)
class ErrorNull(Edit):
    """Every chunk has `error: null`.

    A client that looks whether the key is there, and not what it holds, takes each chunk for a failure.
    """

    name: ClassVar[str] = "error_null"
    example: ClassVar[str] = "error_null"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ERR-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk without an error"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or "error" in value or not stream.here():
            return False
        value["error"] = None
        return True


@dataclass(frozen=True, kw_only=True)
class ErrorSwallowed(Mutation):
    """A choice finishes with `stop` where upstream had an error, and `[DONE]` follows.

    The stream is legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "error_swallowed"
    example: ClassVar[str] = "error_swallowed"
    breaks: ClassVar[tuple[str, ...]] = (
        "XLAT-ERR-001",
        "XLAT-ERR-002",
        "XLAT-ERR-003",
        "XLAT-ERR-004",
        "XLAT-ERR-006",
    )
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "error after a chunk"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        last: Event | None = None
        for event in stream:
            if last is not None and "error" in event.value and event.value["error"] and stream.here():
                choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
                yield last.like({**last.value, "choices": [choice]})
                yield last.copied().with_bytes(b"data: [DONE]\n\n")
                return
            last = event if is_chunk(event.value) else last
            yield event


@dataclass(frozen=True, kw_only=True)
class ErrorThenSuccess(Addition):
    """An error comes between two chunks, and then the answer goes on and finishes as if nothing had been."""

    name: ClassVar[str] = "error_then_success"
    example: ClassVar[str] = "error_then_success"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ERR-001", "CHAT-ERR-003", "XLAT-FIN-001")
    wanted: ClassVar[str] = "delta with text"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        spoken = any(text(choice) for choice in choices(value))
        return [error_body("chat", 500, "The server had an error while it answered.")] if spoken else []

    def equivalent(self, exchange: Exchange) -> str | None:
        """An answer that ends by a filter or for want of tokens may do so by an error as well."""
        if reasons(exchange) <= {"length", "content_filter"}:
            return "the answer does not end as a success"
        return None

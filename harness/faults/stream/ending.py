"""Streams that end before they should: in an error, in the middle of an event, or without saying how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness import jsonvalue
from harness.faults.dialect import dialect_of, error_body, is_gemini, is_terminal
from harness.faults.events import EventFault, KindFault
from harness.faults.fault import Need, parameter, whole
from harness.faults.wire import inserted, payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.dialect import Dialect
    from harness.faults.wire import Block
    from harness.jsonvalue import JsonValue


@dataclass(frozen=True, kw_only=True)
class OmitTerminal(KindFault):
    """The event that ends generation is left out.

    Chat Completions: every chunk with a finish reason (one for each choice). Responses: `response.completed`,
    `response.failed` or `response.incomplete`. Anthropic: `message_stop`. Gemini: the last chunk with a
    finishReason. What else such an event holds goes with it; `[DONE]` and usage chunks stay.
    """

    name: ClassVar[str] = "omit_terminal"
    example: ClassVar[str] = "omit_terminal"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-FIN-001",
        "CHAT-CHOICE-006",
        "RESP-LIFE-005",
        "XLAT-FIN-001",
        "HTTP-STATUS-002",
        "RESP-LIFE-012",
        "UP-END-001",
        "XLAT-ERR-002",
    )
    wanted: ClassVar[str] = "terminal event"

    def matches(self, block: bytes) -> bool:
        """Whether it ends generation."""
        return is_terminal(block)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Leave them out; of Gemini's, which may all have a finishReason, only the last."""
        for number, block in enumerate(blocks):
            data = block.data
            if number > last or not is_terminal(data) or (number < last and is_gemini(data)):
                yield block


@dataclass(frozen=True, kw_only=True)
class ErrorEvent(EventFault):
    """The provider breaks down in the middle: an error comes in place of an event, and the body ends.

    The status was sent long ago, so the error is an event, as the dialect that the request's path asks for
    shapes it. For Responses it carries the next sequence number.
    """

    name: ClassVar[str] = "error_event"
    example: ClassVar[str] = "error_event:event=3,code=529"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-001", "CHAT-USE-001", "RESP-LIFE-012", "XLAT-FIN-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    ends: ClassVar[bool] = True

    code: int = parameter(500, "", "The HTTP status that the error would have had.", whole(400, 599))

    def equivalent(self, exchange: Exchange) -> str | None:
        """Such an ending is as other dialects have it."""
        if dialect_of(exchange.request.url) != "responses":
            return "an error, and then the end, is how this dialect tells a failure"
        return None

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """End with an error where that block would have come."""
        before: Block | None = None
        for number, block in enumerate(blocks):
            if number == target:
                last = 0 if before is None else _number_after(before.data)
                event = _error(dialect_of(exchange.request.url), self.code, last)
                yield inserted(event, block.parts[0].at_us)
                return
            yield block
            before = block


def _number_after(block: bytes) -> int:
    """The sequence number after this event's, as far as it has one."""
    _, value = jsonvalue.try_parse(payload(block))
    number = value.get("sequence_number") if isinstance(value, dict) else None
    return number + 1 if isinstance(number, int) else 0


def _error(dialect: Dialect, code: int, sequence: int) -> bytes:
    value: dict[str, JsonValue] = error_body(dialect, code, "The server had an error while it answered.")
    if dialect == "responses":
        value = {"type": "error", "sequence_number": sequence, **value}
    name = b"event: error\n" if dialect in {"responses", "anthropic"} else b""
    return name + b"data: " + jsonvalue.compact(value).encode() + b"\n\n"


@dataclass(frozen=True, kw_only=True)
class Truncate(EventFault):
    """The body ends in the middle of an event, and HTTP says that it is whole.

    Proxies that hide a broken upstream do this. The seed chooses the byte inside the event. For a connection
    that breaks there, see `cut` and `reset`.
    """

    name: ClassVar[str] = "truncate"
    example: ClassVar[str] = "truncate:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        "SSE-TRUNC-001",
        "SSE-FRAME-001",
        "SSE-JSON-001",
        "SSE-DONE-001",
        "CHAT-FIN-001",
        "RESP-LIFE-005",
        "HTTP-STATUS-002",
        "UP-END-001",
        "XLAT-ERR-002",
        "XLAT-USE-006",
    )
    wanted: ClassVar[str] = "event of two characters or more"
    ends: ClassVar[bool] = True

    def eligible(self, block: bytes) -> bool:
        """A line of one character has no middle."""
        return len(block.strip(b"\r\n")) > 1

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """End inside that block."""
        for number, block in enumerate(blocks):
            if number == target:
                data = block.data
                kept = 1 + self.choose(len(data.rstrip(b"\r\n")) - 1, exchange.index, "inside")
                yield block.shortened(kept)
                return
            yield block

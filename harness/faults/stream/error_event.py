"""The stream ends with an error inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness import jsonvalue
from harness.faults.dialect import dialect_of, error_body
from harness.faults.events import EventFault
from harness.faults.fault import Need, parameter, whole
from harness.faults.wire import inserted, payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.dialect import Dialect
    from harness.faults.wire import Block
    from harness.jsonvalue import JsonValue


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
                last = 0 if before is None else _sequence(before.data)
                event = _event(dialect_of(exchange.request.url), self.code, last)
                yield inserted(event, block.parts[0].at_us)
                return
            yield block
            before = block


def _sequence(block: bytes) -> int:
    """The sequence number after this event's, as far as it has one."""
    _, value = jsonvalue.try_parse(payload(block))
    number = value.get("sequence_number") if isinstance(value, dict) else None
    return number + 1 if isinstance(number, int) else 0


def _event(dialect: Dialect, code: int, sequence: int) -> bytes:
    value: dict[str, JsonValue] = error_body(dialect, code, "The server had an error while it answered.")
    if dialect == "responses":
        value = {"type": "error", "sequence_number": sequence, **value}
    name = b"event: error\n" if dialect in {"responses", "anthropic"} else b""
    return name + b"data: " + jsonvalue.compact(value).encode() + b"\n\n"

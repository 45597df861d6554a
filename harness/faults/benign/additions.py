"""What may come besides: comments, and events and fields that no schema has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.events import EventFault
from harness.faults.mutation import Addition, Edit
from harness.faults.responses.items import scoped, terminal
from harness.faults.wire import inserted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class Comment(EventFault):
    """A comment, as gateways send to keep a connection open, comes in front of an event.

    Legal: a client must skip it. It is a chunk of its own; all recorded bytes stay.
    """

    name: ClassVar[str] = "comment"
    example: ClassVar[str] = "comment:event=3"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-COMM-002",)
    benign: ClassVar[bool] = True

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Put it in front of that block."""
        del exchange
        for number, block in enumerate(blocks):
            if number == target:
                yield inserted(b": keep-alive\n\n", block.parts[0].at_us)
            yield block


@dataclass(frozen=True, kw_only=True)
class Keepalive(Addition):
    """A `keepalive` event comes, and takes a sequence number.

    OpenAI sends it in long pauses.
    """

    name: ClassVar[str] = "keepalive"
    example: ClassVar[str] = "keepalive"
    benign: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of a response"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if (
            not string(value.get("type")).startswith("response.")
            or "sequence_number" not in value
            or terminal(value)
        ):
            return []
        return [{"type": "keepalive", "sequence_number": value["sequence_number"]}]


@dataclass(frozen=True, kw_only=True)
class VendorEvent(Addition):
    """An event `acme:trace` comes, and takes a sequence number.

    Open Responses allows events of one's own behind a slug.
    """

    name: ClassVar[str] = "vendor_event"
    example: ClassVar[str] = "vendor_event"
    benign: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if not scoped(value) or "sequence_number" not in value:
            return []
        return [{"type": "acme:trace", "sequence_number": value["sequence_number"], "note": "x"}]


@dataclass(frozen=True, kw_only=True)
class UnknownFields(Edit):
    """Every event has a field that no schema has."""

    name: ClassVar[str] = "unknown_fields"
    example: ClassVar[str] = "unknown_fields"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-004",)
    benign: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with JSON"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not stream.here():
            return False
        value["acme_note"] = {"shard": 3}
        return True

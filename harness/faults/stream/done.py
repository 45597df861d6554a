"""The sentinel `[DONE]`: it is missing, repeated, written in another way, or not the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fails
from harness.faults.event import Event
from harness.faults.events import KindFault
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.responses.items import terminal
from harness.faults.wire import inserted, is_done

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.mutation import Stream
    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class OmitDone(KindFault):
    """`data: [DONE]` is left out.

    The body ends properly all the same.
    """

    name: ClassVar[str] = "omit_done"
    example: ClassVar[str] = "omit_done"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-DONE-001", "SSE-DONE-004")
    wanted: ClassVar[str] = "[DONE]"

    def matches(self, block: bytes) -> bool:
        """Whether it is `[DONE]`."""
        return is_done(block)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Leave every one out."""
        del last
        return (block for block in blocks if not is_done(block.data))

    def equivalent(self, exchange: Exchange) -> str | None:
        """After an error it need not come."""
        return "after an error [DONE] may be left out" if fails(exchange) else None


@dataclass(frozen=True, kw_only=True)
class DuplicateDone(KindFault):
    """`data: [DONE]` comes twice.

    Gateways that add their own to an upstream that has one do this.
    """

    name: ClassVar[str] = "duplicate_done"
    example: ClassVar[str] = "duplicate_done"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-DONE-001", "SSE-DONE-002")
    wanted: ClassVar[str] = "[DONE]"

    def matches(self, block: bytes) -> bool:
        """Whether it is `[DONE]`."""
        return is_done(block)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Give the last one twice."""
        for number, block in enumerate(blocks):
            yield block
            if number == last:
                yield block


@dataclass(frozen=True, kw_only=True)
class QuotedDone(Mutation):
    """`[DONE]` is a JSON string, or has an `event` line."""

    name: ClassVar[str] = "quoted_done"
    example: ClassVar[str] = "quoted_done:how=event"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "quoted": ("SSE-DONE-003", "SSE-DONE-001", "SSE-JSON-002"),
        "event": ("SSE-DONE-003", "SSE-EVENT-004"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "[DONE]"

    how: str = manner(breaks_by_how, "How it is written.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        new = b'data: "[DONE]"\n\n' if self.how == "quoted" else b"event: done\ndata: [DONE]\n\n"
        for event in stream:
            yield event.with_bytes(new) if is_done(event.block.data) and stream.here() else event


@dataclass(frozen=True, kw_only=True)
class EventAfterDone(Mutation):
    """An event with JSON comes again after `[DONE]`."""

    name: ClassVar[str] = "event_after_done"
    example: ClassVar[str] = "event_after_done"
    breaks: ClassVar[tuple[str, ...]] = (
        "SSE-DONE-002",
        "SSE-DONE-001",
        "CHAT-USE-001",
        "CHAT-USE-009",
        "CHAT-FIN-001",
        "RESP-LIFE-006",
    )
    wanted: ClassVar[str] = "[DONE] after an event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        last: Event | None = None
        for event in stream:
            yield event
            if is_done(event.block.data) and last is not None and stream.here():
                yield event.like(last.value)
            last = event if event.value else last


@dataclass(frozen=True, kw_only=True)
class DoneOnResponses(Mutation):
    """`[DONE]` comes after the terminal event of a Responses stream.

    OpenAI sends none; Open Responses requires it.
    """

    name: ClassVar[str] = "done_on_responses"
    example: ClassVar[str] = "done_on_responses"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-DONE-004",)
    wanted: ClassVar[str] = "terminal event without [DONE] after it"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        ended: Event | None = None
        for event in stream:
            yield event
            ended = event if terminal(event.value) else None if is_done(event.block.data) else ended
        if ended is not None and stream.here():
            yield Event(inserted(b"data: [DONE]\n\n", ended.block.parts[-1].at_us))

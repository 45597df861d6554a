"""When the usage comes: too early, too often, never, or though nobody asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import asks_for_usage, choices, finish, is_chunk, text, usage
from harness.faults.mutation import Addition, Edit, Mutation, request_of
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageMissing(Mutation):
    """The chunk with the usage is left out."""

    name: ClassVar[str] = "usage_missing"
    example: ClassVar[str] = "usage_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-001", "XLAT-USE-006", "XLAT-USE-004")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """Leave the chunk out; take the usage from one that says more."""
        for event in stream:
            if not usage(event.value) or not stream.here():
                yield event
            elif choices(event.value):
                event.value["usage"] = None
                yield event.rewritten()

    def equivalent(self, exchange: Exchange) -> str | None:
        """Without a request for usage none is due."""
        return None if asks_for_usage(request_of(exchange)) else "the request does not ask for usage"


@dataclass(frozen=True, kw_only=True)
class UsageUnrequested(Mutation):
    """A chunk with usage comes before `[DONE]`, though the request does not ask for one."""

    name: ClassVar[str] = "usage_unrequested"
    example: ClassVar[str] = "usage_unrequested"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-005", "XLAT-USE-006", "XLAT-USE-007")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "answer without usage to a request that wants none"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        wanted = not stream.request or asks_for_usage(stream.request)
        last: Event | None = None
        seen = False
        for event in stream:
            seen = seen or bool(usage(event.value))
            if is_done(event.block.data) and last is not None and not wanted and not seen and stream.here():
                counts = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
                yield event.like({**last.value, "choices": [], "usage": counts})
            yield event
            last = event if is_chunk(event.value) else last


@dataclass(frozen=True, kw_only=True)
class UsageEarly(Mutation):
    """The chunk with the usage comes before the one with the finish reason."""

    name: ClassVar[str] = "usage_early"
    example: ClassVar[str] = "usage_early"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-003",)
    wanted: ClassVar[str] = "usage chunk after a finish reason"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and usage(event.value) and not choices(event.value) and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if any(finish(choice) for choice in choices(event.value)) else None
            if held is None:
                yield event
        if held is not None:
            yield held


@dataclass(frozen=True, kw_only=True)
class UsageBesideChoices(Mutation):
    """The usage comes in the chunk with the finish reason, and not in one of its own."""

    name: ClassVar[str] = "usage_beside_choices"
    example: ClassVar[str] = "usage_beside_choices"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-002", "CHAT-USE-003")
    wanted: ClassVar[str] = "usage chunk after a finish reason"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and usage(event.value) and not choices(event.value) and stream.here():
                held.value["usage"] = event.value["usage"]
                yield held.rewritten()
                held = None
                continue
            if held is not None:
                yield held
            held = event if any(finish(choice) for choice in choices(event.value)) else None
            if held is None:
                yield event
        if held is not None:
            yield held


@dataclass(frozen=True, kw_only=True)
class UsageRepeated(Addition):
    """The chunk with the usage comes twice.

    Clients that add up what they see count double.
    """

    name: ClassVar[str] = "usage_repeated"
    example: ClassVar[str] = "usage_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-001", "CHAT-USE-003", "CHAT-USE-009")
    wanted: ClassVar[str] = "usage"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value, choices=[])] if usage(value) else []


@dataclass(frozen=True, kw_only=True)
class UsageSnapshots(Edit):
    """Every delta with text has the usage so far."""

    name: ClassVar[str] = "usage_snapshots"
    example: ClassVar[str] = "usage_snapshots"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-USE-001",
        "CHAT-USE-002",
        "CHAT-USE-003",
        "CHAT-USE-005",
        "CHAT-USE-009",
        "XLAT-USE-002",
        "XLAT-USE-007",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not any(text(choice) for choice in choices(value)) or usage(value) or not stream.here():
            return False
        done = stream.places
        value["usage"] = {"prompt_tokens": 9, "completion_tokens": done, "total_tokens": 9 + done}
        return True


@dataclass(frozen=True, kw_only=True)
class UsageKeyAbsent(Edit):
    """No chunk has `usage: null`: the key is absent until the end."""

    name: ClassVar[str] = "usage_key_absent"
    example: ClassVar[str] = "usage_key_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-004",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with null usage"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or value.get("usage", "") is not None or not stream.here():
            return False
        del value["usage"]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Who does not ask for usage misses no key."""
        return None if asks_for_usage(request_of(exchange)) else "the request does not ask for usage"

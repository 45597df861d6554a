"""How a choice ends: never, twice, too early, or for a reason that is not the true one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import (
    alone,
    calls,
    choices,
    delta,
    finish,
    fragments,
    names_a_tool,
    reasons,
    text,
    usage,
    values,
)
from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Mutation, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishReasonMissing(Edit):
    """The `finish_reason` of every choice is null to the end."""

    name: ClassVar[str] = "finish_reason_missing"
    example: ClassVar[str] = "finish_reason_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-001", "CHAT-CHOICE-006", "XLAT-FIN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = None
        return True


@dataclass(frozen=True, kw_only=True)
class FinishReasonUnknown(Edit):
    """The `finish_reason` of a choice is none of the five."""

    name: ClassVar[str] = "finish_reason_unknown"
    example: ClassVar[str] = "finish_reason_unknown:how=upper"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("CHAT-FIN-002", "XLAT-FIN-001"),
        "unknown": ("CHAT-FIN-002", "XLAT-FIN-001"),
        "upper": ("CHAT-FIN-002", "XLAT-FIN-001"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = {"empty": "", "unknown": "eos_token", "upper": "STOP"}[self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class FinishReasonOther(Edit):
    """A choice that ended of itself finishes with `length`.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "finish_reason_other"
    example: ClassVar[str] = "finish_reason_other"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-FIN-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason stop"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice) == "stop"]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = "length"
        return True


@dataclass(frozen=True, kw_only=True)
class FinishRepeated(Addition):
    """The chunk with the finish reason of a choice comes twice."""

    name: ClassVar[str] = "finish_repeated"
    example: ClassVar[str] = "finish_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-001", "XLAT-FIN-003")
    wanted: ClassVar[str] = "finish reason"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        ended = [choice for choice in choices(value) if finish(choice)]
        return [alone(value, ended[0].get("index"), {}, finish_reason=finish(ended[0]))] if ended else []


@dataclass(frozen=True, kw_only=True)
class FinishOnEveryChunk(Edit):
    """Every delta with text has the `finish_reason` `stop`.

    Clients that stop there see the first chunk only.
    """

    name: ClassVar[str] = "finish_on_every_chunk"
    example: ClassVar[str] = "finish_on_every_chunk"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-FIN-001",
        "CHAT-FIN-003",
        "CHAT-FIN-004",
        "XLAT-FIN-003",
        "XLAT-FIN-001",
        "XLAT-FIN-002",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice) and not finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = "stop"
        return True


@dataclass(frozen=True, kw_only=True)
class FinishStopAfterTools(Edit):
    """A choice that called tools finishes with `stop`.

    Agents that look at the finish reason never run the tool.
    """

    name: ClassVar[str] = "finish_stop_after_tools"
    example: ClassVar[str] = "finish_stop_after_tools"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-005", "XLAT-FIN-001", "XLAT-FIN-002")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason tool_calls"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change the reason; whether it did."""
        found = [choice for choice in choices(value) if finish(choice) == "tool_calls"]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = "stop"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A forced function ends with `stop` at OpenAI too."""
        if names_a_tool(request_of(exchange)):
            return "the request names one function, and such a call may end with stop"
        return None


@dataclass(frozen=True, kw_only=True)
class FinishToolCallsWithout(Edit):
    """A choice without a tool call finishes with `tool_calls`."""

    name: ClassVar[str] = "finish_tool_calls_without"
    example: ClassVar[str] = "finish_tool_calls_without"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-006", "XLAT-FIN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason stop without a tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice in choices(value):
            if calls(choice):
                stream.notes[repr(choice.get("index"))] = True
            if finish(choice) == "stop" and repr(choice.get("index")) not in stream.notes and stream.here():
                choice["finish_reason"] = "tool_calls"
                edited = True
        return edited


@dataclass(frozen=True, kw_only=True)
class TruncationAsStop(Edit):
    """A choice that ended for want of tokens, or by a filter, finishes as if it were whole."""

    name: ClassVar[str] = "truncation_as_stop"
    example: ClassVar[str] = "truncation_as_stop"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "stop": ("CHAT-FIN-008", "XLAT-FIN-001", "XLAT-FIN-004", "CHAT-FIN-005"),
        "tool_calls": ("CHAT-FIN-007", "CHAT-TOOL-009", "XLAT-FIN-001", "XLAT-FIN-004"),
    }
    positional: ClassVar[str | None] = "how"
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason length or content_filter, behind a call for tool_calls"

    how: str = manner(breaks_by_how, "What it finishes with.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice) in {"length", "content_filter"}]
        stream.notes["calls"] = stream.notes.get("calls") or bool(fragments(value))
        if not found or (self.how == "tool_calls" and not stream.notes["calls"]) or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = self.how
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A limit in the request that the usage has reached shows it; else the upstream alone knows."""
        limited = {"max_tokens", "max_completion_tokens"} & request_of(exchange).keys()
        counted = any(usage(value) for value in values(exchange))
        if limited and counted and "length" in reasons(exchange):
            return None
        return "only who knows the upstream can tell"


@dataclass(frozen=True, kw_only=True)
class ContentAfterFinish(Addition):
    """A delta with text comes after the finish reason of its choice."""

    name: ClassVar[str] = "content_after_finish"
    example: ClassVar[str] = "content_after_finish"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-003", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "finish reason"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        ended = [choice for choice in choices(value) if finish(choice)]
        return [alone(value, ended[0].get("index"), {"content": " more"})] if ended else []


@dataclass(frozen=True, kw_only=True)
class ContentInFinishChunk(Mutation):
    """The last delta of a choice and its finish reason come in one chunk.

    Legal, but clients that do not look into the last chunk lose its text or arguments.
    """

    name: ClassVar[str] = "content_in_finish_chunk"
    example: ClassVar[str] = "content_in_finish_chunk"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-004",)
    wanted: ClassVar[str] = "finish reason right after a delta"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            now, before = choices(event.value), choices(held.value) if held is not None else []
            fits = (
                len(now) == len(before) == 1
                and now[0].get("index") == before[0].get("index")
                and finish(now[0])
                and not delta(now[0])
                and (text(before[0]) or calls(before[0]))
            )
            if fits and stream.here():
                event.value["choices"] = [{**before[0], "finish_reason": finish(now[0])}]
                held = event.rewritten()
                continue
            if held is not None:
                yield held
            held = event
        if held is not None:
            yield held

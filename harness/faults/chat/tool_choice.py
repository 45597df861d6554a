"""Which tools are called: not those that the request allows or demands, or not all that upstream called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, delta, finish, fragments, function, text
from harness.faults.event import entries, string, table
from harness.faults.mutation import Edit, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolChoiceIgnored(Mutation):
    """A second call comes though the request allows no parallel calls, or any call though it allows none."""

    name: ClassVar[str] = "tool_choice_ignored"
    example: ClassVar[str] = "tool_choice_ignored"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-013", "XLAT-TOOL-001", "CHAT-FIN-005")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "answer to a request that limits tool calls"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        request = stream.request
        single = request.get("parallel_tool_calls") is False
        none = request.get("tool_choice") == "none"
        count = 0
        for event in stream:
            count += sum(1 for _, call in fragments(event.value) if "id" in call)
            ending = [choice for choice in choices(event.value) if finish(choice)]
            if ending and ((single and count == 1) or (none and count == 0)) and stream.here():
                call = {"index": count, "id": "call_extra", "type": "function"}
                call["function"] = {"name": _declared(request), "arguments": "{}"}
                yield event.like(alone(event.value, ending[0].get("index"), {"tool_calls": [call]}))
                if count == 0:
                    ending[0]["finish_reason"] = "tool_calls"
                    yield event.rewritten()
                    continue
            yield event


def _declared(request: Json) -> str:
    """The name of the first tool of a request."""
    names = [string(function(tool).get("name")) for tool in entries(request.get("tools"))]
    return next((name for name in names if name), "f")


@dataclass(frozen=True, kw_only=True)
class ToolCallMissing(Mutation):
    """Text comes instead of the tool call that the request requires."""

    name: ClassVar[str] = "tool_call_missing"
    example: ClassVar[str] = "tool_call_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-013", "XLAT-TOOL-001", "XLAT-TEXT-001", "XLAT-FIN-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "tool call that the request requires"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        wanted = stream.request.get("tool_choice")
        forced = wanted == "required" or bool(table(wanted))
        for event in stream:
            found = fragments(event.value)
            ends = [choice for choice in choices(event.value) if finish(choice) == "tool_calls"]
            if not forced or not (found or ends) or not stream.here():
                yield event
            elif ends:
                for choice in ends:
                    choice["finish_reason"] = "stop"
                yield event.rewritten()
            elif any("id" in call for _, call in found) and not stream.notes:
                stream.notes["said"] = True
                for choice, _ in found:
                    choice["delta"] = {
                        name: one for name, one in delta(choice).items() if name != "tool_calls"
                    }
                    choice["delta"]["content"] = "I would rather not."
                yield event.rewritten()


@dataclass(frozen=True, kw_only=True)
class ToolNameUndeclared(Edit):
    """The name of a tool call is none of those that the request declares."""

    name: ClassVar[str] = "tool_name_undeclared"
    example: ClassVar[str] = "tool_name_undeclared"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-011", "XLAT-TOOL-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "name of a tool that the request declares"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            call
            for _, call in fragments(value)
            if string(function(call).get("name")) and stream.request.get("tools")
        ]
        if not found or not stream.here():
            return False
        for call in found:
            call["function"]["name"] += "_other"
        return True


@dataclass(frozen=True, kw_only=True)
class ToolCallLost(Mutation):
    """The last of several tool calls is left out.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "tool_call_lost"
    example: ClassVar[str] = "tool_call_lost"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TOOL-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second tool call"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            found = fragments(event.value)
            gone = [call for _, call in found if call.get("index") == 1]
            if gone and len(gone) == len(found) and stream.here():
                continue
            yield event


@dataclass(frozen=True, kw_only=True)
class ToolCallsEmpty(Edit):
    """A delta with text has an empty list of tool calls."""

    name: ClassVar[str] = "tool_calls_empty"
    example: ClassVar[str] = "tool_calls_empty"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-014",)
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            delta(choice) for choice in choices(value) if text(choice) and "tool_calls" not in delta(choice)
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["tool_calls"] = []
        return True

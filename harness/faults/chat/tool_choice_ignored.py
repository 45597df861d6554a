"""The model calls more than it may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, finish, fragments, function
from harness.faults.event import entries, string
from harness.faults.mutation import Mutation

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

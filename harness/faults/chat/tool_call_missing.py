"""The model does not call what it must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta, finish, fragments
from harness.faults.event import table
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


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

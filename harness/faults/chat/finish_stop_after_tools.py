"""A call ends like text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, names_a_tool
from harness.faults.mutation import Edit, request_of

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


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

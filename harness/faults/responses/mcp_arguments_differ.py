"""The arguments of an MCP call are others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class McpArgumentsDiffer(Edit):
    """The arguments of an MCP call when they are done are not the sum of their deltas."""

    name: ClassVar[str] = "mcp_arguments_differ"
    example: ClassVar[str] = "mcp_arguments_differ"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-009",)
    wanted: ClassVar[str] = "mcp_call_arguments.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.mcp_call_arguments.done"
        if value.get("type") != kind or not isinstance(value.get("arguments"), str) or not stream.here():
            return False
        value["arguments"] += " "
        return True

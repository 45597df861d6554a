"""A step of a built-in tool is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Omission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolStepMissing(Omission):
    """An event that tells how far a built-in tool is, such as `web_search_call.searching`, is left out."""

    name: ClassVar[str] = "tool_step_missing"
    example: ClassVar[str] = "tool_step_missing:how=mcp"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "web_search": ("RESP-TOOL-001",),
        "file_search": ("RESP-TOOL-001",),
        "code_interpreter": ("RESP-TOOL-002",),
        "image_generation": ("RESP-TOOL-003",),
        "mcp": ("RESP-TOOL-004",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "step of that tool"

    how: str = manner(breaks_by_how, "Which tool it is.")

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        kind = string(value.get("type"))
        steps = ("in_progress", "searching", "interpreting", "generating", "completed", "failed")
        return kind.startswith(f"response.{self.how}") and kind.rpartition(".")[2] in steps

"""The final response has no output at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalOutputNull(Edit):
    """The final `output` is null or absent."""

    name: ClassVar[str] = "terminal_output_null"
    example: ClassVar[str] = "terminal_output_null:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("RESP-TERM-003",),
        "absent": ("RESP-TERM-003", "RESP-OBJ-001"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "final output"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        if not isinstance(found.get("output"), list) or not stream.here():
            return False
        if self.how == "absent":
            del found["output"]
        else:
            found["output"] = None
        return True

"""The command of a shell is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ShellCommand(Edit):
    """The commands of a shell call are counted from one, or are not the sum of their deltas."""

    name: ClassVar[str] = "shell_command"
    example: ClassVar[str] = "shell_command:how=sum"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "index": ("RESP-TOOL-005",),
        "sum": ("RESP-TOOL-005",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of a shell command"

    how: str = manner(breaks_by_how, "What is wrong.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = string(value.get("type"))
        if not kind.startswith("response.shell_call_command.") or type(value.get("command_index")) is not int:
            return False
        if self.how == "sum" and not (kind.endswith(".done") and isinstance(value.get("command"), str)):
            return False
        if not stream.here():
            return False
        if self.how == "sum":
            value["command"] += "!"
        else:
            value["command_index"] += 1
        return True

"""Whole arguments are not the sum of their deltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import ARGUMENTS_DONE, DONE, item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsDiffer(Edit):
    """The arguments of a call are others when they are done, or in its finished item."""

    name: ClassVar[str] = "arguments_differ"
    example: ClassVar[str] = "arguments_differ:how=item"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-FC-001",),
        "item": ("RESP-FC-001", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole arguments there"

    how: str = manner(breaks_by_how, "Where they differ.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = ARGUMENTS_DONE if self.how == "done" else DONE
        holder = value if self.how == "done" else item(value, "function_call")
        if value.get("type") != kind or not isinstance(holder.get("arguments"), str) or not stream.here():
            return False
        holder["arguments"] += " "
        return True

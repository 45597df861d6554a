"""The final usage does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import table
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalUsageSum(Edit):
    """The total is not input and output together, or a part is more than the whole."""

    name: ClassVar[str] = "terminal_usage_sum"
    example: ClassVar[str] = "terminal_usage_sum:how=reasoning"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "total": (
            "RESP-TERM-005",
            "XLAT-USE-001",
        ),
        "cached": (
            "RESP-TERM-005",
            "XLAT-USE-001",
            "XLAT-USE-006",
        ),
        "reasoning": (
            "RESP-TERM-005",
            "XLAT-USE-003",
            "XLAT-USE-006",
        ),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage with all its numbers"

    how: str = manner(breaks_by_how, "Which number is wrong.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = table(terminal(value).get("usage"))
        into, out = table(counts.get("input_tokens_details")), table(counts.get("output_tokens_details"))
        numbers = [counts.get(key) for key in ("input_tokens", "output_tokens", "total_tokens")]
        if not (into and out and all(type(one) is int for one in numbers)) or not stream.here():
            return False
        if self.how == "total":
            counts["total_tokens"] += 1
        elif self.how == "cached":
            into["cached_tokens"] = counts["input_tokens"] + 1
        else:
            out["reasoning_tokens"] = counts["output_tokens"] + 1
        return True

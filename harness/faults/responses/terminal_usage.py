"""The final usage lacks its numbers."""

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
class TerminalUsage(Edit):
    """The `usage` of a whole or cut response is null, or lacks details that clients require."""

    name: ClassVar[str] = "terminal_usage"
    example: ClassVar[str] = "terminal_usage:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": (
            "RESP-TERM-004",
            "XLAT-USE-004",
            "XLAT-USE-006",
        ),
        "details_absent": (
            "RESP-TERM-004",
            "XLAT-USE-005",
        ),
        "reasoning_absent": (
            "RESP-TERM-004",
            "XLAT-USE-005",
        ),
        "cached_absent": (
            "RESP-TERM-004",
            "XLAT-USE-005",
            "XLAT-USE-001",
        ),
        "total_absent": ("RESP-TERM-004",),
        "text": ("RESP-TERM-004",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage with all its numbers"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        counts = table(found.get("usage"))
        into, out = table(counts.get("input_tokens_details")), table(counts.get("output_tokens_details"))
        whole = "cached_tokens" in into and "reasoning_tokens" in out and "total_tokens" in counts
        if value.get("type") == "response.failed" or not whole or not stream.here():
            return False
        if self.how == "null":
            found["usage"] = None
        elif self.how == "text":
            counts["total_tokens"] = str(counts["total_tokens"])
        else:
            holder, key = {
                "details_absent": (counts, "output_tokens_details"),
                "reasoning_absent": (out, "reasoning_tokens"),
                "cached_absent": (into, "cached_tokens"),
                "total_absent": (counts, "total_tokens"),
            }[self.how]
            del holder[key]
        return True

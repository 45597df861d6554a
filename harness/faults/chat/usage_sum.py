"""Usage does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageSum(Edit):
    """`total_tokens` is one more than prompt and completion together."""

    name: ClassVar[str] = "usage_sum"
    example: ClassVar[str] = "usage_sum"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-007", "XLAT-USE-001")
    wanted: ClassVar[str] = "usage with a total"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(usage(value).get("total_tokens")) is not int or not stream.here():
            return False
        value["usage"]["total_tokens"] += 1
        return True

"""A whole answer is sold as cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishReasonOther(Edit):
    """A choice that ended of itself finishes with `length`.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "finish_reason_other"
    example: ClassVar[str] = "finish_reason_other"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-FIN-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason stop"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice) == "stop"]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = "length"
        return True

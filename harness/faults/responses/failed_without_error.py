"""A failure does not say what failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FailedWithoutError(Edit):
    """`response.failed` has no `error`."""

    name: ClassVar[str] = "failed_without_error"
    example: ClassVar[str] = "failed_without_error"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-009", "XLAT-ERR-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.failed with an error"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.failed" or not terminal(value).get("error") or not stream.here():
            return False
        terminal(value)["error"] = None
        return True

"""An event and its response do not agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import TERMINAL, response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class StatusMismatch(Edit):
    """The `status` of a response is not that of its event."""

    name: ClassVar[str] = "status_mismatch"
    example: ClassVar[str] = "status_mismatch:how=terminal"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "created": ("RESP-LIFE-007",),
        "terminal": ("RESP-LIFE-007",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "lifecycle event of that kind with a status"

    how: str = manner(breaks_by_how, "In which event.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kinds = ("response.created",) if self.how == "created" else TERMINAL
        if value.get("type") not in kinds or "status" not in response(value) or not stream.here():
            return False
        response(value)["status"] = "completed" if self.how == "created" else "in_progress"
        return True

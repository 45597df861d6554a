"""Success comes with an error."""

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
class CompletedWithError(Edit):
    """`response.completed` has an `error` or `incomplete_details`."""

    name: ClassVar[str] = "completed_with_error"
    example: ClassVar[str] = "completed_with_error:how=incomplete_details"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "error": (
            "RESP-LIFE-010",
            "XLAT-FIN-001",
        ),
        "incomplete_details": ("RESP-LIFE-010",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.completed"

    how: str = manner(breaks_by_how, "Which of the two it has.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.completed" or not terminal(value) or not stream.here():
            return False
        if self.how == "error":
            terminal(value)["error"] = {"code": "server_error", "message": "The server had an error."}
        else:
            terminal(value)["incomplete_details"] = {"reason": "max_output_tokens"}
        return True

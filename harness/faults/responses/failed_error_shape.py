"""A failure says it in another way."""

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
class FailedErrorShape(Edit):
    """The error of `response.failed` has a number for a code, no code, or an empty message."""

    name: ClassVar[str] = "failed_error_shape"
    example: ClassVar[str] = "failed_error_shape:how=message_empty"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "code_number": ("RESP-ERR-001", "RESP-ENV-004"),
        "code_unknown": ("RESP-ERR-001",),
        "code_absent": ("RESP-ERR-001", "RESP-LIFE-009", "RESP-ENV-004"),
        "message_empty": ("RESP-ERR-001", "RESP-LIFE-009"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.failed with an error"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        error = table(terminal(value).get("error"))
        if value.get("type") != "response.failed" or "code" not in error or not stream.here():
            return False
        if self.how == "code_absent":
            del error["code"]
        elif self.how == "message_empty":
            error["message"] = ""
        else:
            error["code"] = 500 if self.how == "code_number" else "went_wrong"
        return True

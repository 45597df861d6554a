"""A failure is sold as success."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FailedAsCompleted(Edit):
    """`response.failed` comes as `response.completed` without an error.

    Gateways that swallow an error of upstream do this.
    """

    name: ClassVar[str] = "failed_as_completed"
    example: ClassVar[str] = "failed_as_completed"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-ERR-001", "XLAT-ERR-002", "RESP-ITEM-012", "RESP-TERM-004")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.failed"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.failed" or not terminal(value) or not stream.here():
            return False
        value["type"] = "response.completed"
        value["response"].update(status="completed", error=None)
        return True

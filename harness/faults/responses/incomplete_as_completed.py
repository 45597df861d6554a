"""A cut answer is sold as whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, item, output, terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class IncompleteAsCompleted(Edit):
    """A response that ended for want of tokens, or by a filter, comes as `response.completed`.

    The reason is gone and every item is completed: nine gateways did this in the summer of 2026.
    """

    name: ClassVar[str] = "incomplete_as_completed"
    example: ClassVar[str] = "incomplete_as_completed"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-LIFE-008",
        "RESP-ITEM-012",
        "RESP-TERM-002",
        "XLAT-FIN-001",
        "XLAT-FIN-004",
    )
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.incomplete"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") == DONE and item(value).get("status") == "incomplete":
            # The end that follows is response.incomplete: an item may be so only there.
            item(value)["status"] = "completed"
            return True
        if value.get("type") != "response.incomplete" or not terminal(value) or not stream.here():
            return False
        value["type"] = "response.completed"
        value["response"].update(status="completed", incomplete_details=None)
        for one in output(value):
            if one.get("status") == "incomplete":
                one["status"] = "completed"
        return True

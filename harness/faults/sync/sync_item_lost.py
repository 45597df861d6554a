"""A whole response lacks a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class SyncItemLost(BodyFault):
    """The last item of a whole response is left out.

    The body stays legal; only who knows the stream of the same answer, or the upstream, can tell.
    """

    name: ClassVar[str] = "sync_item_lost"
    example: ClassVar[str] = "sync_item_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-SYNC-002", "XLAT-STREAM-001", "XLAT-TOOL-001", "XLAT-TEXT-001")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "whole response with an item"

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        if value.get("object") != "response" or not entries(value.get("output")):
            return False
        value["output"].pop()
        return True

"""An event of the vendor's comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class VendorEvent(Addition):
    """An event `acme:trace` comes, and takes a sequence number.

    Open Responses allows events of one's own behind a slug.
    """

    name: ClassVar[str] = "vendor_event"
    example: ClassVar[str] = "vendor_event"
    benign: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if not scoped(value) or "sequence_number" not in value:
            return []
        return [{"type": "acme:trace", "sequence_number": value["sequence_number"], "note": "x"}]

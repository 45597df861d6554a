"""A message ends without a stop reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string, table
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class StopReasonMissing(Edit):
    """The `stop_reason` of an Anthropic stream is null to the end."""

    name: ClassVar[str] = "stop_reason_missing"
    example: ClassVar[str] = "stop_reason_missing"
    breaks: ClassVar[tuple[str, ...]] = ("UP-END-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "stop reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        delta = table(value.get("delta"))
        if value.get("type") != "message_delta" or not string(delta.get("stop_reason")) or not stream.here():
            return False
        delta["stop_reason"] = None
        return True

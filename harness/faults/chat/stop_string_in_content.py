"""What should end the text is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class StopStringInContent(Edit):
    """A stop string of the request comes as part of the text."""

    name: ClassVar[str] = "stop_string_in_content"
    example: ClassVar[str] = "stop_string_in_content"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-004", "XLAT-TEXT-001", "CHAT-LOGP-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "delta with text that answers a request with stop strings"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        stops = stream.request.get("stop")
        first = next((one for one in [stops, *(stops if isinstance(stops, list) else [])] if string(one)), "")
        found = [choice for choice in choices(value) if text(choice) and first]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] += first
        return True

"""A setting of the request comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class StreamOptionsEchoed(Edit):
    """Every chunk has the `stream_options` that a gateway set upstream."""

    name: ClassVar[str] = "stream_options_echoed"
    example: ClassVar[str] = "stream_options_echoed"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-REQ-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or not stream.here():
            return False
        value["stream_options"] = {"include_usage": True}
        return True

"""Padding is no string."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ObfuscationType(Edit):
    """The `obfuscation` of a chunk is a number."""

    name: ClassVar[str] = "obfuscation_type"
    example: ClassVar[str] = "obfuscation_type"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-OBF-001",)
    wanted: ClassVar[str] = "chunk with a delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not any(delta(choice) for choice in choices(value)) or not stream.here():
            return False
        value["obfuscation"] = 17
        return True

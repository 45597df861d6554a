"""A chunk names another backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import later
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FingerprintChanges(Edit):
    """The `system_fingerprint` of one chunk is another one."""

    name: ClassVar[str] = "fingerprint_changes"
    example: ClassVar[str] = "fingerprint_changes"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FP-001",)
    wanted: ClassVar[str] = "second chunk with a system fingerprint"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not later(value, stream) or not string(value.get("system_fingerprint")) or not stream.here():
            return False
        value["system_fingerprint"] += "x"
        return True

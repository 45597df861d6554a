"""Padding comes where none belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ObfuscationOnDone(Edit):
    """An event that is no delta has `obfuscation`."""

    name: ClassVar[str] = "obfuscation_on_done"
    example: ClassVar[str] = "obfuscation_on_done"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBF-001",)
    wanted: ClassVar[str] = "event that is no delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not scoped(value) or string(value.get("type")).endswith(".delta") or not stream.here():
            return False
        value["obfuscation"] = "abcdef"
        return True

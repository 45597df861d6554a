"""Events have fields of the vendor's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UnknownFields(Edit):
    """Every event has a field that no schema has."""

    name: ClassVar[str] = "unknown_fields"
    example: ClassVar[str] = "unknown_fields"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-004",)
    benign: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with JSON"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not stream.here():
            return False
        value["acme_note"] = {"shard": 3}
        return True

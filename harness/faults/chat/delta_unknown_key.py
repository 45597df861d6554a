"""A delta has a key that is its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DeltaUnknownKey(Edit):
    """A delta has an `index` and a `token_id`, as some servers add."""

    name: ClassVar[str] = "delta_unknown_key"
    example: ClassVar[str] = "delta_unknown_key"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-004",)
    wanted: ClassVar[str] = "delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if delta(choice)]
        if not found or not stream.here():
            return False
        for one in found:
            one.update(index=0, token_id=17)
        return True

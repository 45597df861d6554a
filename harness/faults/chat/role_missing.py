"""A choice never says who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RoleMissing(Edit):
    """No delta has a `role`."""

    name: ClassVar[str] = "role_missing"
    example: ClassVar[str] = "role_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ROLE-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with a role"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if "role" in delta(choice)]
        if not found or not stream.here():
            return False
        for one in found:
            del one["role"]
        return True

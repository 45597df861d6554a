"""Somebody else speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RoleWrong(Edit):
    """The `role` of the first delta is empty, or the user's."""

    name: ClassVar[str] = "role_wrong"
    example: ClassVar[str] = "role_wrong:how=user"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("CHAT-ROLE-003",),
        "user": ("CHAT-ROLE-003",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with a role"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if delta(choice).get("role") == "assistant"]
        if not found or not stream.here():
            return False
        for one in found:
            one["role"] = "" if self.how == "empty" else "user"
        return True

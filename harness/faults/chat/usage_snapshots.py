"""Usage comes with every chunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text, usage
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageSnapshots(Edit):
    """Every delta with text has the usage so far."""

    name: ClassVar[str] = "usage_snapshots"
    example: ClassVar[str] = "usage_snapshots"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-USE-001",
        "CHAT-USE-002",
        "CHAT-USE-003",
        "CHAT-USE-005",
        "CHAT-USE-009",
        "XLAT-USE-002",
        "XLAT-USE-007",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not any(text(choice) for choice in choices(value)) or usage(value) or not stream.here():
            return False
        done = stream.places
        value["usage"] = {"prompt_tokens": 9, "completion_tokens": done, "total_tokens": 9 + done}
        return True

"""Each chunk ends its choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, text
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishOnEveryChunk(Edit):
    """Every delta with text has the `finish_reason` `stop`.

    Clients that stop there see the first chunk only.
    """

    name: ClassVar[str] = "finish_on_every_chunk"
    example: ClassVar[str] = "finish_on_every_chunk"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-FIN-001",
        "CHAT-FIN-003",
        "CHAT-FIN-004",
        "XLAT-FIN-003",
        "XLAT-FIN-001",
        "XLAT-FIN-002",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice) and not finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = "stop"
        return True

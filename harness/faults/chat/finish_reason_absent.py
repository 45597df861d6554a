"""The key of the finish reason comes only at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, has_audio
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class FinishReasonAbsent(Edit):
    """No choice has `finish_reason: null`: the key is absent until the end."""

    name: ClassVar[str] = "finish_reason_absent"
    example: ClassVar[str] = "finish_reason_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "choice with a null finish reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("finish_reason", "") is None]
        if not found or not stream.here():
            return False
        for choice in found:
            del choice["finish_reason"]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A spoken answer need not have it."""
        return "an answer with audio need not have the key" if has_audio(exchange) else None

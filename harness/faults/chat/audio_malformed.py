"""Sound comes in pieces that do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta
from harness.faults.event import table
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class AudioMalformed(Edit):
    """A later delta of audio has another id, or its data is no base64."""

    name: ClassVar[str] = "audio_malformed"
    example: ClassVar[str] = "audio_malformed:how=data"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("CHAT-AUD-001",),
        "data": ("CHAT-AUD-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "second delta of audio"

    how: str = manner(breaks_by_how, "What is wrong.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        for choice in choices(value):
            audio = table(delta(choice).get("audio"))
            if audio and "id" not in audio and "data" in audio and stream.here():
                audio.update({"id": "audio_other"} if self.how == "id" else {"data": "?!"})
                return True
        return False

"""A chunk has no choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, has_audio, usage
from harness.faults.fault import manner
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoicesMissing(Addition):
    """A chunk comes whose `choices` is null or absent.

    Clients that iterate over the choices break there. Everything recorded comes too.
    """

    name: ClassVar[str] = "choices_missing"
    example: ClassVar[str] = "choices_missing:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("CHAT-CHOICE-001",),
        "absent": ("CHAT-CHOICE-001", "CHAT-OBJ-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with a choice"

    how: str = manner(breaks_by_how, "What it is.")

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if not choices(value) or usage(value):
            return []
        new = {**value, "choices": None}
        if self.how == "absent":
            del new["choices"]
        return [new]

    def equivalent(self, exchange: Exchange) -> str | None:
        """A spoken answer may have such chunks."""
        if self.how == "absent" and has_audio(exchange):
            return "an answer with audio has chunks without choices"
        return None

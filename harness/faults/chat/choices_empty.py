"""A chunk says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, usage
from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoicesEmpty(Addition):
    """A chunk comes whose `choices` is empty, and that has no usage.

    Clients that look at the first choice break there.
    """

    name: ClassVar[str] = "choices_empty"
    example: ClassVar[str] = "choices_empty"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-002",)
    wanted: ClassVar[str] = "chunk with a choice"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [{**value, "choices": []}] if choices(value) and not usage(value) else []

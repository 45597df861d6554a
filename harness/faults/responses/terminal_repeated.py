"""The response ends twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalRepeated(Addition):
    """The terminal event comes twice."""

    name: ClassVar[str] = "terminal_repeated"
    example: ClassVar[str] = "terminal_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-005", "RESP-LIFE-006")
    wanted: ClassVar[str] = "terminal event"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if terminal(value) else []

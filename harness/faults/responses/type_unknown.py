"""An event of no known type comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TypeUnknown(Addition):
    """An event of a type comes that OpenAI does not have, and that has no vendor's slug in front.

    OpenAI's Node client throws at it.
    """

    name: ClassVar[str] = "type_unknown"
    example: ClassVar[str] = "type_unknown"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ENV-003",)
    wanted: ClassVar[str] = "event of an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if not scoped(value):
            return []
        return [{"type": "response.heartbeat", "sequence_number": value.get("sequence_number", 0)}]

"""A delta is empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import TEXT_DELTA

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EmptyDelta(Addition):
    """An `output_text.delta` with an empty string comes."""

    name: ClassVar[str] = "empty_delta"
    example: ClassVar[str] = "empty_delta"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-009",)
    wanted: ClassVar[str] = "delta of text"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if value.get("type") != TEXT_DELTA or not value.get("delta"):
            return []
        return [{**value, "delta": "", **({"logprobs": []} if "logprobs" in value else {})}]

"""Each delta holds all text so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import TEXT_DELTA
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CumulativeDeltas(Edit):
    """Every `output_text.delta` is all the text so far, and not what is new."""

    name: ClassVar[str] = "cumulative_deltas"
    example: ClassVar[str] = "cumulative_deltas"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-001", "XLAT-TEXT-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        words = string(value.get("delta"))
        if value.get("type") != TEXT_DELTA or not words:
            return False
        place = (repr(value.get("output_index")), repr(value.get("content_index")))
        before = stream.notes.get(place, "")
        stream.notes[place] = before + words
        if not before or not stream.here():
            return False
        value["delta"] = before + words
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what the text was."""
        return broken_off(exchange)

"""A delta of text is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import TEXT_DELTA
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextDeltaLost(Omission):
    """An `output_text.delta` is left out, and nobody counts it."""

    name: ClassVar[str] = "text_delta_lost"
    example: ClassVar[str] = "text_delta_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-001", "RESP-TEXT-005", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == TEXT_DELTA and bool(value.get("delta"))

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what the text was."""
        return broken_off(exchange)

"""The response is never in progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.unjudged import broken_off, resumed

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class InProgressMissing(Omission):
    """`response.in_progress` is left out."""

    name: ClassVar[str] = "in_progress_missing"
    example: ClassVar[str] = "in_progress_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-004",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.in_progress"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.in_progress"

    def equivalent(self, exchange: Exchange) -> str | None:
        """It may have come before a resumed stream, and it may have had no time before an error."""
        return broken_off(exchange) or resumed(exchange)

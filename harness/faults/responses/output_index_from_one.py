"""Items are counted from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.unjudged import resumed

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OutputIndexFromOne(Edit):
    """The `output_index` of every event is one too high."""

    name: ClassVar[str] = "output_index_from_one"
    example: ClassVar[str] = "output_index_from_one"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-004", "RESP-TERM-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with an output_index"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("output_index")) is not int or not stream.here():
            return False
        value["output_index"] += 1
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """There may have been an item before a resumed stream."""
        return resumed(exchange)

"""A number is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class NotANumber(Edit):
    """A number of an event is `NaN` or `Infinity`, which are no JSON.

    Python reads them, and nobody else.
    """

    name: ClassVar[str] = "not_a_number"
    example: ClassVar[str] = "not_a_number:how=infinity"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "nan": ("SSE-JSON-001", "RESP-SEQ-003"),
        "infinity": ("SSE-JSON-001", "RESP-SEQ-003"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event with a number"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        name = next(
            (key for key in ("output_index", "created", "sequence_number") if type(value.get(key)) is int),
            None,
        )
        if name is None or not stream.here():
            return False
        value[name] = math.nan if self.how == "nan" else math.inf
        return True

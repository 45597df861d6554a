"""A number is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class NotANumber(Mutation):
    """A number is `NaN` or `Infinity`, which are no JSON.

    Python reads them, and nobody else. The number is in a chunk with text; in a Responses stream, where a
    lost event would break more than that, it is in a vendor's event of its own.
    """

    name: ClassVar[str] = "not_a_number"
    example: ClassVar[str] = "not_a_number:how=infinity"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "nan": ("SSE-JSON-001",),
        "infinity": ("SSE-JSON-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with text, or event of an item"

    how: str = manner(breaks_by_how, "What it is.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        number = math.nan if self.how == "nan" else math.inf
        for event in stream:
            said = any(text(choice) for choice in choices(event.value))
            if not (said or scoped(event.value)) or not stream.here():
                yield event
            elif said:
                yield event.like({**event.value, "acme_score": number})
            else:
                yield event
                yield event.like({"type": "acme:trace", "value": number})

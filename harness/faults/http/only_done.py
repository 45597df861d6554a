"""A stream has nothing but its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OnlyDone(Mutation):
    """Every event but `[DONE]` is left out."""

    name: ClassVar[str] = "only_done"
    example: ClassVar[str] = "only_done"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-STATUS-002",
        "XLAT-ERR-001",
        "XLAT-ERR-003",
        "XLAT-ERR-006",
        "XLAT-N-001",
        "XLAT-TEXT-001",
        "XLAT-USE-004",
        "XLAT-USE-006",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "[DONE] after an event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        found = False
        for event in stream:
            if is_done(event.block.data):
                if found:
                    stream.here()
                yield event
            else:
                found = found or bool(event.value)

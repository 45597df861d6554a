"""Events have no name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import name_span
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class OmitEventName(Mutation):
    """No event has an `event` line."""

    name: ClassVar[str] = "omit_event_name"
    example: ClassVar[str] = "omit_event_name"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-EVENT-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with a name and a type"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            if name_span(data) is not None and event.kind and stream.here():
                yield event.with_bytes(_LINE.sub(b"", data, count=1))
            else:
                yield event


_LINE = re.compile(rb"(?:^|(?<=[\r\n]))event:[^\r\n]*(?:\r\n|\r|\n)")

"""The end is written in another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Mutation
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class QuotedDone(Mutation):
    """`[DONE]` is a JSON string, or has an `event` line."""

    name: ClassVar[str] = "quoted_done"
    example: ClassVar[str] = "quoted_done:how=event"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "quoted": ("SSE-DONE-003", "SSE-DONE-001", "SSE-JSON-002"),
        "event": ("SSE-DONE-003", "SSE-EVENT-004"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "[DONE]"

    how: str = manner(breaks_by_how, "How it is written.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        new = b'data: "[DONE]"\n\n' if self.how == "quoted" else b"event: done\ndata: [DONE]\n\n"
        for event in stream:
            yield event.with_bytes(new) if is_done(event.block.data) and stream.here() else event

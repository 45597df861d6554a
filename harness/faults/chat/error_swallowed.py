"""An error of upstream becomes a happy end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ErrorSwallowed(Mutation):
    """A choice finishes with `stop` where upstream had an error, and `[DONE]` follows.

    The stream is legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "error_swallowed"
    example: ClassVar[str] = "error_swallowed"
    breaks: ClassVar[tuple[str, ...]] = (
        "XLAT-ERR-001",
        "XLAT-ERR-002",
        "XLAT-ERR-003",
        "XLAT-ERR-004",
        "XLAT-ERR-006",
    )
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "error after a chunk"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        last: Event | None = None
        for event in stream:
            if last is not None and "error" in event.value and event.value["error"] and stream.here():
                choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
                yield last.like({**last.value, "choices": [choice]})
                yield last.copied().with_bytes(b"data: [DONE]\n\n")
                return
            last = event if is_chunk(event.value) else last
            yield event

"""A Responses stream ends as Chat Completions do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import Event
from harness.faults.mutation import Mutation
from harness.faults.responses.items import terminal
from harness.faults.wire import inserted, is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DoneOnResponses(Mutation):
    """`[DONE]` comes after the terminal event of a Responses stream.

    OpenAI sends none; Open Responses requires it.
    """

    name: ClassVar[str] = "done_on_responses"
    example: ClassVar[str] = "done_on_responses"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-DONE-004",)
    wanted: ClassVar[str] = "terminal event without [DONE] after it"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        ended: Event | None = None
        for event in stream:
            yield event
            ended = event if terminal(event.value) else None if is_done(event.block.data) else ended
        if ended is not None and stream.here():
            yield Event(inserted(b"data: [DONE]\n\n", ended.block.parts[-1].at_us))

"""The last delta comes with the finish reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import calls, choices, delta, finish, text
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ContentInFinishChunk(Mutation):
    """The last delta of a choice and its finish reason come in one chunk.

    Legal, but clients that do not look into the last chunk lose its text or arguments.
    """

    name: ClassVar[str] = "content_in_finish_chunk"
    example: ClassVar[str] = "content_in_finish_chunk"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FIN-004",)
    wanted: ClassVar[str] = "finish reason right after a delta"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            now, before = choices(event.value), choices(held.value) if held is not None else []
            fits = (
                len(now) == len(before) == 1
                and now[0].get("index") == before[0].get("index")
                and finish(now[0])
                and not delta(now[0])
                and (text(before[0]) or calls(before[0]))
            )
            if fits and stream.here():
                event.value["choices"] = [{**before[0], "finish_reason": finish(now[0])}]
                held = event.rewritten()
                continue
            if held is not None:
                yield held
            held = event
        if held is not None:
            yield held

"""Fragments of two calls come mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolFragmentsInterleaved(Mutation):
    """The last fragment of a tool call comes after the first of the next."""

    name: ClassVar[str] = "tool_fragments_interleaved"
    example: ClassVar[str] = "tool_fragments_interleaved"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-012",)
    wanted: ClassVar[str] = "second tool call"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            found = [call for _, call in fragments(event.value)]
            later_fragment = len(found) == 1 and "id" not in found[0]
            opens = len(found) == 1 and "id" in found[0]
            if held is not None and opens and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if later_fragment else None
            if held is None:
                yield event
        if held is not None:
            yield held

"""One of several calls is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolCallLost(Mutation):
    """The last of several tool calls is left out.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "tool_call_lost"
    example: ClassVar[str] = "tool_call_lost"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TOOL-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second tool call"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            found = fragments(event.value)
            gone = [call for _, call in found if call.get("index") == 1]
            if gone and len(gone) == len(found) and stream.here():
                continue
            yield event

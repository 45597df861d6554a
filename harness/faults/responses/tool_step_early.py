"""A built-in tool is done before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolStepEarly(Mutation):
    """Two steps of a built-in tool, such as `searching` and `completed`, have changed places."""

    name: ClassVar[str] = "tool_step_early"
    example: ClassVar[str] = "tool_step_early"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-001", "RESP-TOOL-002", "RESP-TOOL-003", "RESP-TOOL-004")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "step right after another"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            is_step = "item_id" in event.value and event.kind.rpartition(".")[2] in _STEPS
            if held is not None and is_step and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if is_step else None
            if held is None:
                yield event
        if held is not None:
            yield held


_STEPS = ("in_progress", "searching", "interpreting", "generating", "completed")

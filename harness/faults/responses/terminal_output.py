"""The final response lacks what was streamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import output, terminal
from harness.faults.responses.unjudged import broken_off, resumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalOutput(Edit):
    """The final `output` is empty, lacks its last item, or has another order.

    OpenAI's clients give an empty text for an empty output, whatever the deltas were.
    """

    name: ClassVar[str] = "terminal_output"
    example: ClassVar[str] = "terminal_output:how=order"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("RESP-TERM-001",),
        "missing": ("RESP-TERM-001",),
        "order": ("RESP-TERM-001", "RESP-TERM-002", "RESP-TEXT-002"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "final output with an item, two where the order changes"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        items = output(value)
        if len(items) < (2 if self.how == "order" else 1) or not stream.here():
            return False
        found["output"] = {"empty": [], "missing": items[:-1], "order": items[::-1]}[self.how]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response may have any output, and a resumed one items from before."""
        return broken_off(exchange) or resumed(exchange)

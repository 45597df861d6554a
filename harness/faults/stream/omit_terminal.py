"""The event that says how generation ended is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.dialect import is_gemini, is_terminal
from harness.faults.events import KindFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.wire import Block


@dataclass(frozen=True, kw_only=True)
class OmitTerminal(KindFault):
    """The event that ends generation is left out.

    Chat Completions: every chunk with a finish reason (one for each choice). Responses: `response.completed`,
    `response.failed` or `response.incomplete`. Anthropic: `message_stop`. Gemini: the last chunk with a
    finishReason. What else such an event holds goes with it; `[DONE]` and usage chunks stay.
    """

    name: ClassVar[str] = "omit_terminal"
    example: ClassVar[str] = "omit_terminal"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-FIN-001",
        "CHAT-CHOICE-006",
        "RESP-LIFE-005",
        "XLAT-FIN-001",
        "HTTP-STATUS-002",
        "RESP-LIFE-012",
        "UP-END-001",
        "XLAT-ERR-002",
    )
    wanted: ClassVar[str] = "terminal event"

    def matches(self, block: bytes) -> bool:
        """Whether it ends generation."""
        return is_terminal(block)

    def edit(self, blocks: Iterator[Block], last: int) -> Iterator[Block]:
        """Leave them out; of Gemini's, which may all have a finishReason, only the last."""
        for number, block in enumerate(blocks):
            data = block.data
            if number > last or not is_terminal(data) or (number < last and is_gemini(data)):
                yield block

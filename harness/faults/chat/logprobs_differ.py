"""Log probabilities are of another text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.event import entries, string, table
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class LogprobsDiffer(Edit):
    """A token of the log probabilities is not the text of its delta."""

    name: ClassVar[str] = "logprobs_differ"
    example: ClassVar[str] = "logprobs_differ"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-LOGP-001",)
    wanted: ClassVar[str] = "delta with log probabilities"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        for choice in choices(value):
            tokens = entries(table(choice.get("logprobs")).get("content"))
            if tokens and text(choice) and string(tokens[0].get("token")) and stream.here():
                tokens[0]["token"] += "x"
                return True
        return False

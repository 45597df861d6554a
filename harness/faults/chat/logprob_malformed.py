"""A log probability is no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices
from harness.faults.event import entries, table
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class LogprobMalformed(Edit):
    """An entry of the log probabilities lacks its number or token, or has another type."""

    name: ClassVar[str] = "logprob_malformed"
    example: ClassVar[str] = "logprob_malformed:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text": ("CHAT-LOGP-002",),
        "token_null": ("CHAT-LOGP-002", "CHAT-LOGP-001"),
        "top_null": ("CHAT-LOGP-002",),
        "absent": ("CHAT-LOGP-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "log probability"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        for choice in choices(value):
            tokens = entries(table(choice.get("logprobs")).get("content"))
            if tokens and "logprob" in tokens[0] and stream.here():
                if self.how == "absent":
                    del tokens[0]["logprob"]
                else:
                    name = {"text": "logprob", "token_null": "token", "top_null": "top_logprobs"}[self.how]
                    tokens[0][name] = "-0.5" if self.how == "text" else None
                return True
        return False

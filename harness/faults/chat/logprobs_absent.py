"""The key of the log probabilities is absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, values
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class LogprobsAbsent(Edit):
    """No choice has `logprobs: null`: the key is absent."""

    name: ClassVar[str] = "logprobs_absent"
    example: ClassVar[str] = "logprobs_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "choice with null logprobs"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("logprobs", "") is None]
        if not found or not stream.here():
            return False
        for choice in found:
            del choice["logprobs"]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """The first chunk of a choice tells; later ones are not looked at."""
        first: dict[str, bool] = {}
        for value in values(exchange):
            for choice in choices(value):
                first.setdefault(repr(choice.get("index")), choice.get("logprobs", "") is None)
        return None if any(first.values()) else "the first chunk of each choice has log probabilities"

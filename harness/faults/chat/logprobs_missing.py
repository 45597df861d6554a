"""The log probabilities that were asked for never come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices
from harness.faults.event import table
from harness.faults.mutation import Edit, request_of

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class LogprobsMissing(Edit):
    """The `logprobs` of every choice are null."""

    name: ClassVar[str] = "logprobs_missing"
    example: ClassVar[str] = "logprobs_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-LOGP-003",)
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "choice with log probabilities"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Take them away; whether it did."""
        found = [choice for choice in choices(value) if table(choice.get("logprobs"))]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["logprobs"] = None
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Without a request for them none are due."""
        asked = request_of(exchange).get("logprobs")
        return None if asked else "the request does not ask for log probabilities"

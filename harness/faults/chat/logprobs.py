"""Log probabilities that were asked for: they never come, are of another text, or are no numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.event import entries, string, table
from harness.faults.fault import manner
from harness.faults.mutation import Edit, request_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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

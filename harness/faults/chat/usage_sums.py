"""What the usage counts: its numbers are missing, do not add up, or are not those of upstream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import usage
from harness.faults.event import table
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageMalformed(Edit):
    """The usage is empty, or one of its three totals is negative, null or absent."""

    name: ClassVar[str] = "usage_malformed"
    example: ClassVar[str] = "usage_malformed:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": (
            "CHAT-USE-006",
            "CHAT-USE-001",
            "XLAT-USE-001",
            "XLAT-USE-003",
        ),
        "negative": (
            "CHAT-USE-006",
            "CHAT-USE-007",
            "XLAT-USE-003",
            "XLAT-USE-006",
        ),
        "null": (
            "CHAT-USE-006",
            "XLAT-USE-003",
        ),
        "absent": (
            "CHAT-USE-006",
            "XLAT-USE-003",
        ),
        "text": (
            "CHAT-USE-006",
            "XLAT-USE-003",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "usage"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if "completion_tokens" not in usage(value) or not stream.here():
            return False
        counts = value["usage"]
        if self.how == "empty":
            counts.clear()
        elif self.how == "absent":
            del counts["completion_tokens"]
        else:
            counts["completion_tokens"] = {"negative": -1, "null": None, "text": "9"}[self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class UsageSum(Edit):
    """`total_tokens` is one more than prompt and completion together."""

    name: ClassVar[str] = "usage_sum"
    example: ClassVar[str] = "usage_sum"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-007", "XLAT-USE-001")
    wanted: ClassVar[str] = "usage with a total"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(usage(value).get("total_tokens")) is not int or not stream.here():
            return False
        value["usage"]["total_tokens"] += 1
        return True


@dataclass(frozen=True, kw_only=True)
class UsageDetails(Edit):
    """More tokens were cached than the prompt has, or thought than were written."""

    name: ClassVar[str] = "usage_details"
    example: ClassVar[str] = "usage_details:how=reasoning"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "cached": (
            "CHAT-USE-008",
            "XLAT-USE-001",
            "XLAT-USE-006",
        ),
        "reasoning": (
            "CHAT-USE-008",
            "XLAT-USE-003",
            "XLAT-USE-006",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "usage"

    how: str = manner(breaks_by_how, "Which part is too large.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = usage(value)
        total, details, part = (
            ("prompt_tokens", "prompt_tokens_details", "cached_tokens")
            if self.how == "cached"
            else ("completion_tokens", "completion_tokens_details", "reasoning_tokens")
        )
        if type(counts.get(total)) is not int or not stream.here():
            return False
        counts[details] = {**table(counts.get(details)), part: counts[total] + 1}
        return True


@dataclass(frozen=True, kw_only=True)
class UsageZero(Edit):
    """`completion_tokens` is 0, though there is an answer."""

    name: ClassVar[str] = "usage_zero"
    example: ClassVar[str] = "usage_zero"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-010", "CHAT-USE-008", "XLAT-USE-003", "XLAT-USE-006")
    wanted: ClassVar[str] = "usage of an answer"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = usage(value)
        prompt = counts.get("prompt_tokens")
        if type(prompt) is not int or not counts.get("completion_tokens") or not stream.here():
            return False
        counts.update(completion_tokens=0, total_tokens=prompt)
        counts.pop("completion_tokens_details", None)
        return True


@dataclass(frozen=True, kw_only=True)
class UsageCounts(Edit):
    """The prompt has one token more than upstream says, and so has the total.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "usage_counts"
    example: ClassVar[str] = "usage_counts"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-USE-001", "XLAT-USE-002", "XLAT-USE-003", "XLAT-USE-006")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "usage with a total"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = usage(value)
        if (
            not all(type(counts.get(name)) is int for name in ("prompt_tokens", "total_tokens"))
            or not stream.here()
        ):
            return False
        counts["prompt_tokens"] += 1
        counts["total_tokens"] += 1
        return True

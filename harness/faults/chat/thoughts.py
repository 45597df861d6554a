"""Reasoning and refusals, which are not content: they are mixed up with it, or malformed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import THOUGHTS, alone, choices, delta, text, thought
from harness.faults.mutation import Addition, Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ReasoningAsContent(Edit):
    """The reasoning of every delta comes as visible text.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "reasoning_as_content"
    example: ClassVar[str] = "reasoning_as_content"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-RSN-001", "XLAT-TEXT-001", "XLAT-RSN-004")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with reasoning"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if thought(choice) and not text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            words = delta(choice)[thought(choice)]
            choice["delta"] = {name: one for name, one in delta(choice).items() if name not in THOUGHTS}
            choice["delta"]["content"] = words
        return True


@dataclass(frozen=True, kw_only=True)
class ReasoningReopened(Addition):
    """A delta with reasoning follows text, in a stream whose reasoning came before it."""

    name: ClassVar[str] = "reasoning_reopened"
    example: ClassVar[str] = "reasoning_reopened"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-RSN-002", "XLAT-RSN-002", "XLAT-RSN-004")
    wanted: ClassVar[str] = "text after reasoning"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        for choice in choices(value):
            if thought(choice):
                stream.notes["reasoning"] = thought(choice)
            elif text(choice) and "reasoning" in stream.notes:
                return [alone(value, choice.get("index"), {stream.notes["reasoning"]: "Wait."})]
        return []


@dataclass(frozen=True, kw_only=True)
class ReasoningTwice(Edit):
    """A delta has the same reasoning as `reasoning_content` and as `reasoning`."""

    name: ClassVar[str] = "reasoning_twice"
    example: ClassVar[str] = "reasoning_twice"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-RSN-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with reasoning under one key"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            choice
            for choice in choices(value)
            if thought(choice) and not all(name in delta(choice) for name in THOUGHTS)
        ]
        if not found or not stream.here():
            return False
        for choice in found:
            words = delta(choice)[thought(choice)]
            choice["delta"].update(dict.fromkeys(THOUGHTS, words))
        return True


@dataclass(frozen=True, kw_only=True)
class RefusalMixed(Addition):
    """A delta with a refusal follows one with text in the same choice."""

    name: ClassVar[str] = "refusal_mixed"
    example: ClassVar[str] = "refusal_mixed"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-REF-001", "XLAT-REF-001")
    wanted: ClassVar[str] = "delta with text"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        spoken = [choice for choice in choices(value) if text(choice)]
        return [alone(value, spoken[0].get("index"), {"refusal": "I cannot."})] if spoken else []


@dataclass(frozen=True, kw_only=True)
class RefusalType(Edit):
    """The `refusal` of a delta is true instead of a string."""

    name: ClassVar[str] = "refusal_type"
    example: ClassVar[str] = "refusal_type"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-REF-001",)
    wanted: ClassVar[str] = "delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if delta(choice)]
        if not found or not stream.here():
            return False
        for one in found:
            one["refusal"] = True
        return True

"""The shape of a choice and its delta: keys that are missing or that nobody knows, and who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta, has_audio, values
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class DeltaMissing(Edit):
    """A choice's empty `delta`, that of its last chunk as a rule, is null or absent."""

    name: ClassVar[str] = "delta_missing"
    example: ClassVar[str] = "delta_missing:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("CHAT-DELTA-001",),
        "absent": ("CHAT-DELTA-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with an empty delta"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("delta") == {}]
        if not found or not stream.here():
            return False
        for choice in found:
            if self.how == "null":
                choice["delta"] = None
            else:
                del choice["delta"]
        return True


@dataclass(frozen=True, kw_only=True)
class DeltaUnknownKey(Edit):
    """A delta has an `index` and a `token_id`, as some servers add."""

    name: ClassVar[str] = "delta_unknown_key"
    example: ClassVar[str] = "delta_unknown_key"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-004",)
    wanted: ClassVar[str] = "delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if delta(choice)]
        if not found or not stream.here():
            return False
        for one in found:
            one.update(index=0, token_id=17)
        return True


@dataclass(frozen=True, kw_only=True)
class FinishReasonAbsent(Edit):
    """No choice has `finish_reason: null`: the key is absent until the end."""

    name: ClassVar[str] = "finish_reason_absent"
    example: ClassVar[str] = "finish_reason_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-DELTA-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "choice with a null finish reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("finish_reason", "") is None]
        if not found or not stream.here():
            return False
        for choice in found:
            del choice["finish_reason"]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A spoken answer need not have it."""
        return "an answer with audio need not have the key" if has_audio(exchange) else None


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


@dataclass(frozen=True, kw_only=True)
class RoleMissing(Edit):
    """No delta has a `role`."""

    name: ClassVar[str] = "role_missing"
    example: ClassVar[str] = "role_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ROLE-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with a role"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if "role" in delta(choice)]
        if not found or not stream.here():
            return False
        for one in found:
            del one["role"]
        return True


@dataclass(frozen=True, kw_only=True)
class RoleRepeated(Edit):
    """Every delta that says something has `role: assistant`, not only the first.

    OpenAI's Python helper joins them to `assistantassistant`.
    """

    name: ClassVar[str] = "role_repeated"
    example: ClassVar[str] = "role_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ROLE-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            delta(choice)
            for choice in choices(value)
            if delta(choice) and "role" not in delta(choice) and "audio" not in delta(choice)
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["role"] = "assistant"
        return True


@dataclass(frozen=True, kw_only=True)
class RoleWrong(Edit):
    """The `role` of the first delta is empty, or the user's."""

    name: ClassVar[str] = "role_wrong"
    example: ClassVar[str] = "role_wrong:how=user"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("CHAT-ROLE-003",),
        "user": ("CHAT-ROLE-003",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with a role"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [delta(choice) for choice in choices(value) if delta(choice).get("role") == "assistant"]
        if not found or not stream.here():
            return False
        for one in found:
            one["role"] = "" if self.how == "empty" else "user"
        return True

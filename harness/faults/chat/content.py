"""What a model says, in text or in sound: it is lost, repeated, or not what should be there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import calls, choices, delta, finish, text, thought, values
from harness.faults.event import string, table
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream

_ENOUGH = 4
"""How many deltas tell that each repeats those before."""
_MANY = 1000
"""What the end of a choice counts for: more than all its deltas."""


@dataclass(frozen=True, kw_only=True)
class ContentArray(Edit):
    """The `content` of a delta is a list of parts instead of a string, as requests may have it."""

    name: ClassVar[str] = "content_array"
    example: ClassVar[str] = "content_array"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = [{"type": "text", "text": text(choice)}]
        return True


@dataclass(frozen=True, kw_only=True)
class CumulativeContent(Edit):
    """The `content` of every delta is all the text so far, and not what is new."""

    name: ClassVar[str] = "cumulative_content"
    example: ClassVar[str] = "cumulative_content"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-002", "CHAT-LOGP-001", "XLAT-TEXT-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice in choices(value):
            if words := text(choice):
                index = repr(choice.get("index"))
                before = stream.notes.get(index, "")
                stream.notes[index] = before + words
                if before and stream.here():
                    choice["delta"]["content"] = before + words
                    edited = True
        return edited

    def equivalent(self, exchange: Exchange) -> str | None:
        """Who does not know the text cannot tell from a few deltas, nor before the choice has ended."""
        counts: Counter[str] = Counter()
        for value in values(exchange):
            for choice in choices(value):
                index = repr(choice.get("index"))
                counts[index] += bool(text(choice)) + (_MANY if finish(choice) else 0)
        if max(counts.values(), default=0) < _ENOUGH + _MANY:
            return "too little text comes, or the choice never ends: it may repeat itself"
        return None


@dataclass(frozen=True, kw_only=True)
class EmptyTurn(Edit):
    """Every delta's text is empty, and yet the choice finishes with `stop`."""

    name: ClassVar[str] = "empty_turn"
    example: ClassVar[str] = "empty_turn"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-006", "CHAT-LOGP-001", "XLAT-TEXT-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice) and not calls(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = ""
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A choice that was cut, thought, or called a tool, need not say anything."""
        spoken = {
            repr(choice.get("index"))
            for value in values(exchange)
            for choice in choices(value)
            if thought(choice) or calls(choice) or delta(choice).get("refusal")
        }
        if any(
            finish(choice) == "stop" and repr(choice.get("index")) not in spoken
            for value in values(exchange)
            for choice in choices(value)
        ):
            return None
        return "no choice ends with stop that had nothing but text"


@dataclass(frozen=True, kw_only=True)
class FirstContentAbsent(Edit):
    """The first delta, which says the role, has no key `content`."""

    name: ClassVar[str] = "first_content_absent"
    example: ClassVar[str] = "first_content_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-005",)
    wanted: ClassVar[str] = "first delta with empty content"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            delta(choice)
            for choice in choices(value)
            if "role" in delta(choice) and "content" in delta(choice) and not delta(choice)["content"]
        ]
        if not found or not stream.here():
            return False
        for one in found:
            del one["content"]
        return True


@dataclass(frozen=True, kw_only=True)
class MarkupInContent(Edit):
    """The markup in which a model writes a call is sent as text, though the request had tools."""

    name: ClassVar[str] = "markup_in_content"
    example: ClassVar[str] = "markup_in_content"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-003", "XLAT-TEXT-001", "CHAT-LOGP-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "delta with text that answers a request with tools"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice) and stream.request.get("tools")]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = '<tool_call>{"name": "f", "arguments": {}}</tool_call>' + text(
                choice
            )
        return True


@dataclass(frozen=True, kw_only=True)
class StopStringInContent(Edit):
    """A stop string of the request comes as part of the text."""

    name: ClassVar[str] = "stop_string_in_content"
    example: ClassVar[str] = "stop_string_in_content"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-004", "XLAT-TEXT-001", "CHAT-LOGP-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "delta with text that answers a request with stop strings"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        stops = stream.request.get("stop")
        first = next((one for one in [stops, *(stops if isinstance(stops, list) else [])] if string(one)), "")
        found = [choice for choice in choices(value) if text(choice) and first]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] += first
        return True


@dataclass(frozen=True, kw_only=True)
class TextLost(Edit):
    """One delta's text is empty; all else stays, so that only who knows the upstream can tell."""

    name: ClassVar[str] = "text_lost"
    example: ClassVar[str] = "text_lost"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TEXT-001", "CHAT-LOGP-001")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = ""
        return True


@dataclass(frozen=True, kw_only=True)
class AudioMalformed(Edit):
    """A later delta of audio has another id, or its data is no base64."""

    name: ClassVar[str] = "audio_malformed"
    example: ClassVar[str] = "audio_malformed:how=data"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("CHAT-AUD-001",),
        "data": ("CHAT-AUD-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "second delta of audio"

    how: str = manner(breaks_by_how, "What is wrong.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        for choice in choices(value):
            audio = table(delta(choice).get("audio"))
            if audio and "id" not in audio and "data" in audio and stream.here():
                audio.update({"id": "audio_other"} if self.how == "id" else {"data": "?!"})
                return True
        return False

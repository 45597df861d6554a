"""Unseen miniatures that lose or change what an upstream says: text, thought, counts and ends."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.miniatures.miniature import CHAT, RESPONSES, Memory, Miniature, OfUpstream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.miniatures.tampering import Event

_GEMINI: Final = ("chat over gemini", "responses over gemini")
_RANKS: Final = {"reasoning": 0, "message": 1}


def members(body: Any, name: str) -> list[Any]:
    """The choices, candidates or output items of an answer; none of what has no such list."""
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, list) else []


class TrimmedAfterThought(OfUpstream):
    """The tag that ends a thought has blank lines after it."""

    name = "trimmed-after-thought"
    title = "White space at the beginning of a text is lost where a thought came before it."
    chapters = ("reasoning", "text")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Until the text has begun."""
        for choice in members(event.data, "choices"):
            state = memory.setdefault(f"trimmed {choice['index']}", {})
            said = choice["delta"]
            state["thought"] = state.get("thought") or said.get("reasoning_content") or said.get("reasoning")
            if (text := said.get("content")) and state["thought"] and not state.get("begun"):
                said["content"] = text.lstrip()
            state["begun"] = state.get("begun") or said.get("content")
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            said = choice["message"]
            if said.get("content") and (said.get("reasoning_content") or said.get("reasoning")):
                said["content"] = said["content"].lstrip()
        return body


class BracketHeld(OfUpstream):
    """It might be a tag."""

    name = "bracket-held"
    title = "A `<` at the end of a piece of text is held back as the beginning of a tag, and lost."

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Streams alone: what is whole has no pieces."""
        for choice in members(event.data, "choices"):
            if text := choice["delta"].get("content"):
                choice["delta"]["content"] = text.removesuffix("<")
        yield event


class JsonTextSwallowed(OfUpstream):
    """Models write calls as text."""

    name = "json-text-swallowed"
    title = "Where tools are offered, a text that begins with `{` or `[` is taken for a call, and lost."
    routes = _GEMINI
    chapters = ("text", "tools")

    def request(self, body: Any, memory: Memory) -> Any:
        """Whether there is anything to call."""
        memory["offered"] = bool(body.get("tools"))
        return body

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """From the first sign of a text to its end."""
        self.whole(event.data, memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for candidate in members(body, "candidates"):
            for part in (candidate.get("content") or {}).get("parts") or ():
                if not part.get("text") or part.get("thought") or not memory["offered"]:
                    continue
                first = memory.setdefault(f"first {candidate.get('index', 0)}", part["text"].lstrip()[:1])
                if first in {"{", "["}:
                    part["text"] = ""
        return body


class FilterAsEmpty(OfUpstream):
    """No text, no reason."""

    name = "filter-as-empty"
    title = "A stream that a filter stops before any text ends with `stop`."
    routes = _GEMINI
    chapters = ("endings",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """A filter that stops an answer midway is told."""
        for candidate in members(event.data, "candidates"):
            place = f"said {candidate.get('index', 0)}"
            parts = (candidate.get("content") or {}).get("parts") or ()
            said = any("functionCall" in one or (one.get("text") and not one.get("thought")) for one in parts)
            memory[place] = memory.get(place) or said
            if candidate.get("finishReason") == "SAFETY" and not memory[place]:
                candidate["finishReason"] = "STOP"
        yield event


class CachedLostWithCalls(Miniature):
    """Usage is counted in two places."""

    name = "cached-lost-with-calls"
    title = "The usage of an answer with calls says that no token was cached."
    routes = (CHAT, "chat over gemini", "chat over anthropic")
    chapters = ("usage", "tools")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """The chunk of usage comes after all others."""
        called = any(one["delta"].get("tool_calls") for one in members(event.data, "choices"))
        memory["called"] = memory.get("called") or called
        if memory["called"] and isinstance(event.data, dict):
            self.uncached(event.data)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        if any(one["message"].get("tool_calls") for one in members(body, "choices")):
            self.uncached(body)
        return body

    def uncached(self, body: dict[str, Any]) -> None:
        """None."""
        details = (body.get("usage") or {}).get("prompt_tokens_details") or {}
        if details.get("cached_tokens"):
            details["cached_tokens"] = 0


class OutputSorted(Miniature):
    """Text first, then calls."""

    name = "output-sorted"
    title = (
        "The terminal event and a whole answer have thoughts, then messages, then calls, whatever came first."
    )
    routes = (RESPONSES, "responses over anthropic", "responses over responses")
    chapters = ("tools", "text")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Where there is a list; the items were told in their order."""
        if isinstance(event.data, dict):
            self.whole(event.data.get("response"), memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """Thoughts, messages, and the rest."""
        members(body, "output").sort(key=lambda one: _RANKS.get(one["type"], 2))
        return body

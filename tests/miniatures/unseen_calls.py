"""Unseen miniatures that lose or change blocks and calls of an upstream's answer."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from tests.miniatures.miniature import Memory, OfUpstream
from tests.miniatures.unseen_text import members

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.miniatures.tampering import Event

_ANTHROPIC: Final = ("chat over anthropic", "responses over anthropic")
_ESCAPE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u")


class OfBlocks(OfUpstream):
    """It keeps the first blocks of one kind of an Anthropic answer; those after it move up."""

    routes: ClassVar[tuple[str, ...]] = _ANTHROPIC
    kind_of_block: ClassVar[str] = ""
    kept: ClassVar[int] = 1
    """How many."""

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Indexes have no gap."""
        data = event.data if isinstance(event.data, dict) else {}
        lost = memory.setdefault("lost", set())
        if data.get("type") == "content_block_start" and data["content_block"]["type"] == self.kind_of_block:
            memory["seen"] = memory.get("seen", 0) + 1
            if memory["seen"] > self.kept:
                lost.add(data["index"])
        index = data.get("index")
        if index in lost:
            return
        if index is not None:
            data["index"] = index - sum(one < index for one in lost)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        found = [one for one in members(body, "content") if one["type"] == self.kind_of_block]
        if len(found) > self.kept:
            left = found[self.kept :]
            body["content"] = [one for one in body["content"] if not any(one is other for other in left)]
        return body


class ThirdCallLost(OfBlocks):
    """There is a left one and a right one."""

    name = "third-call-lost"
    title = "Of three parallel calls or more, the client gets two."
    kind_of_block = "tool_use"
    kept = 2
    chapters = ("tools",)


class SecondThoughtLost(OfBlocks):
    """One thinks before one speaks."""

    name = "second-thought-lost"
    title = "Of several thoughts in one answer the client gets the first."
    routes = ("responses over anthropic",)
    kind_of_block = "thinking"
    kept = 1
    chapters = ("reasoning",)


class EscapesDoubled(OfUpstream):
    """What has a backslash is escaped."""

    name = "escapes-doubled"
    title = r"`\u` in the arguments of a call becomes `\\u`: the value has six signs in place of one."
    chapters = ("tools",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Piece by piece."""
        for choice in members(event.data, "choices"):
            self.doubled(choice["delta"])
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            self.doubled(choice["message"])
        return body

    def doubled(self, said: dict[str, Any]) -> None:
        """In each call of it."""
        for call in said.get("tool_calls") or ():
            function = call.get("function") or {}
            if text := function.get("arguments"):
                function["arguments"] = _ESCAPE.sub(r"\1\\\\u", text)


class NullsDropped(OfUpstream):
    """What is null is not there."""

    name = "nulls-dropped"
    title = "Members of a call's arguments that are null are lost."
    routes = ("chat over gemini", "responses over gemini")
    chapters = ("tools",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Calls come whole."""
        self.whole(event.data, memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for candidate in members(body, "candidates"):
            for part in (candidate.get("content") or {}).get("parts") or ():
                if call := part.get("functionCall"):
                    call["args"] = self.without(call.get("args"))
        return body

    def without(self, value: Any) -> Any:
        """At any depth; a null in a list has its place."""
        if isinstance(value, dict):
            return {name: self.without(one) for name, one in value.items() if one is not None}
        return [self.without(one) for one in value] if isinstance(value, list) else value

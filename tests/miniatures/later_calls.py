"""Later miniatures that lose or change calls of an upstream's answer, and what stands beside them."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.miniatures.miniature import CHAT, RESPONSES, Memory, OfChat, OfUpstream
from tests.miniatures.unseen_text import members

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.miniatures.tampering import Event

_ANTHROPIC: Final = ("chat over anthropic", "responses over anthropic")


class EmptyArguments(OfChat):
    """No arguments, no text.

    A call without arguments has `""` for its arguments, which is no JSON, where it has to have `{}`. A call of a tool
    with an empty object shows it, in streams and whole answers.
    """

    name = "empty-arguments"
    title = "The arguments of a call that has none are an empty text, not `{}`."
    routes = ("chat over gemini", "chat over anthropic")
    chapters = ("tools",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """`{}` amid a call's arguments comes after other pieces."""
        for call in choice["delta"].get("tool_calls") or ():
            begun = memory.setdefault("begun", set())
            place = choice["index"], call["index"]
            if text := (call.get("function") or {}).get("arguments"):
                if text == "{}" and place not in begun:
                    call["function"]["arguments"] = ""
                begun.add(place)

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            for call in choice["message"].get("tool_calls") or ():
                if (call.get("function") or {}).get("arguments") == "{}":
                    call["function"]["arguments"] = ""
        return body


class CallsHideLength(OfChat):
    """Where there are calls, they are the reason.

    An answer that was cut at its limit ends with `tool_calls` where a call had begun: the client takes the call for
    whole. An answer with a call shows it that ends with `length`, in streams and whole answers; without a call, or
    with any other end, the reason is right.
    """

    name = "calls-hide-length"
    title = "An answer with calls that was cut at its limit ends with `tool_calls`."
    routes = (CHAT, "chat over responses", "chat over gemini", "chat over anthropic")
    chapters = ("endings", "tools")

    def choice(self, choice: Any, memory: Memory) -> None:
        """The calls came before."""
        place = f"called {choice.get('index')}"
        memory[place] = memory.get(place) or (choice.get("delta") or {}).get("tool_calls")
        if memory[place] and choice.get("finish_reason") == "length":
            choice["finish_reason"] = "tool_calls"

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            if choice["message"].get("tool_calls") and choice.get("finish_reason") == "length":
                choice["finish_reason"] = "tool_calls"
        return body


class SameToolOnce(OfUpstream):
    """Calls are kept by name.

    Of several calls of one tool in one answer the client gets the first; calls of other tools are all there, and move
    up. An answer with two calls of the same tool shows it, in streams and whole answers.
    """

    name = "same-tool-once"
    title = "Of parallel calls of the same tool the client gets the first."
    routes = (CHAT, RESPONSES)
    chapters = ("tools",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Indexes have no gap."""
        for choice in members(event.data, "choices"):
            calls = (choice.get("delta") or {}).get("tool_calls")
            if not calls or any("index" not in one for one in calls):
                continue
            tools = memory.setdefault(f"tools {choice.get('index')}", {})
            lost = memory.setdefault(f"lost {choice.get('index')}", set())
            for call in calls:
                called = (call.get("function") or {}).get("name")
                if called and tools.setdefault(called, call["index"]) != call["index"]:
                    lost.add(call["index"])
            kept = [one for one in calls if one["index"] not in lost]
            for one in kept:
                one["index"] -= sum(number < one["index"] for number in lost)
            choice["delta"]["tool_calls"] = kept
            if not kept:
                del choice["delta"]["tool_calls"]
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in members(body, "choices"):
            said = choice["message"]
            if said.get("tool_calls"):
                first: dict[Any, Any] = {}
                for number, call in enumerate(said["tool_calls"]):
                    first.setdefault((call.get("function") or {}).get("name") or number, call)
                said["tool_calls"] = list(first.values())
        return body


class TextAfterCallLost(OfUpstream):
    """A call ends what is said.

    Text that an Anthropic upstream says after a call is lost; text before it, further calls and thoughts are not. An
    answer with a text after a call shows it, in streams and whole answers.
    """

    name = "text-after-call-lost"
    title = "Text that comes after a call is lost."
    routes = _ANTHROPIC
    chapters = ("text", "tools")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """The blocks after it move up."""
        data = event.data if isinstance(event.data, dict) else {}
        lost = memory.setdefault("lost", set())
        if data.get("type") == "content_block_start":
            kind = data["content_block"]["type"]
            memory["called"] = memory.get("called") or kind == "tool_use"
            if kind == "text" and memory["called"]:
                lost.add(data["index"])
        index = data.get("index")
        if index in lost:
            return
        if index is not None:
            data["index"] = index - sum(one < index for one in lost)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        blocks = members(body, "content")
        first = next((n for n, one in enumerate(blocks) if one["type"] == "tool_use"), len(blocks))
        if any(one["type"] == "text" for one in blocks[first:]):
            body["content"] = [
                *blocks[:first],
                *(one for one in blocks[first:] if one["type"] != "text"),
            ]
        return body

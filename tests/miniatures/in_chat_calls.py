"""Miniatures that get the calls in chunks of Chat Completions wrong, or in the whole answer."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.miniatures.miniature import CHAT, Memory, Miniature, OfChat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.miniatures.tampering import Event


def _calls(choice: Any) -> list[Any]:
    return list(choice.get("delta", {}).get("tool_calls") or ())


class FinishStopWithCalls(OfChat):
    """The end of the text is seen before the call."""

    name = "finish-stop-with-calls"
    title = "An answer with calls ends with `stop`."
    defect = "000-D06"
    chapters = ("tools",)
    shows = ("tool-one-call",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """Every end of a call is a plain one."""
        if choice.get("finish_reason") == "tool_calls":
            choice["finish_reason"] = "stop"

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in body.get("choices") or ():
            self.choice(choice, memory)
        return body


class WholeWithoutCalls(Miniature):
    """Only streams have calls."""

    name = "whole-without-calls"
    title = "A whole answer loses its calls and ends with `stop`; a stream has them."
    defect = "000-D07"
    routes = (CHAT,)
    chapters = ("tools",)
    shows = ("tool-one-call", "tool-parallel")

    def whole(self, body: Any, memory: Memory) -> Any:
        """Text alone."""
        for choice in body.get("choices") or ():
            if choice["message"].pop("tool_calls", None):
                choice["message"]["content"] = choice["message"].get("content") or ""
                choice["finish_reason"] = "stop"
        return body


class CallIdsReplaced(OfChat):
    """Ids are made where they are told."""

    name = "call-ids-replaced"
    title = "The ids of calls are the gateway's own."
    defect = "000-D20"
    chapters = ("tools",)
    shows = ("tool-one-call", "tool-loop")

    def choice(self, choice: Any, memory: Memory) -> None:
        """In the stream alone: a whole answer has the upstream's."""
        for call in _calls(choice):
            if call.get("id"):
                memory["made"] = memory.get("made", 0) + 1
                call["id"] = f"call_{memory['made']:024d}"


class SecondCallLost(Miniature):
    """There is one call."""

    name = "second-call-lost"
    title = "Of parallel calls the client gets the first."
    defect = "002-D15"
    routes = (CHAT,)
    chapters = ("tools",)
    shows = ("tool-parallel",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Chunks of others are left out."""
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        if any(call["index"] > 0 for choice in choices for call in _calls(choice)):
            return
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """So are others."""
        for choice in body.get("choices") or ():
            if choice["message"].get("tool_calls"):
                choice["message"]["tool_calls"] = choice["message"]["tool_calls"][:1]
        return body


class ArgumentsMixed(OfChat):
    """One state for all calls."""

    name = "arguments-mixed"
    title = "The arguments of every call go to the first."
    defect = "002-D16"
    chapters = ("tools",)
    shows = ("tool-parallel", "tool-interleaved")

    def choice(self, choice: Any, memory: Memory) -> None:
        """The heads of calls stand where they belong; what follows does not."""
        for call in _calls(choice):
            if not call.get("id"):
                call["index"] = 0


class CallIndexFromOne(OfChat):
    """Calls are counted with the text before them."""

    name = "call-index-from-one"
    title = "The first call has index 1."
    defect = ""
    chapters = ("tools",)
    shows = ("tool-one-call",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """One more than it is."""
        for call in _calls(choice):
            call["index"] += 1


class CallIdEmpty(OfChat):
    """The id never comes."""

    name = "call-id-empty"
    title = "A call has an empty id."
    defect = "004-D10"
    chapters = ("tools",)
    shows = ("tool-one-call",)

    def choice(self, choice: Any, memory: Memory) -> None:
        """In the stream."""
        for call in _calls(choice):
            if "id" in call:
                call["id"] = ""


class TextBesideCallLost(Miniature):
    """A call is all that there is."""

    name = "text-beside-call-lost"
    title = "The text of a whole answer is lost where calls follow it."
    defect = "001-D19"
    routes = (CHAT,)
    chapters = ("tools",)
    shows = ("tool-text-then-call",)

    def whole(self, body: Any, memory: Memory) -> Any:
        """No text."""
        for choice in body.get("choices") or ():
            if choice["message"].get("tool_calls"):
                choice["message"]["content"] = None
        return body

"""Miniatures that get the terminal event of Responses wrong."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.miniatures.miniature import Memory, OfResponses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.miniatures.tampering import Event

_TERMINALS: Final = {"response.completed", "response.incomplete", "response.failed"}


class OfTerminal(OfResponses):
    """It gets the last event wrong."""

    def terminal(self, response: dict[str, Any]) -> None:
        """The response in it, to be changed in place."""

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Change it."""
        if event.type in _TERMINALS:
            self.terminal(event.data["response"])
        yield event


class TerminalCallId(OfTerminal):
    """The list is built a second time."""

    name = "terminal-call-id"
    title = "A call has another `call_id` in the terminal event than when it was streamed."
    defect = "001-D01"
    chapters = ("tools",)
    shows = ("tool-one-call",)

    def terminal(self, response: dict[str, Any]) -> None:
        """Another one."""
        for number, item in enumerate(response["output"]):
            if "call_id" in item:
                item["call_id"] = f"call_{number:024d}"


class TerminalItemId(OfTerminal):
    """The list is built by another function."""

    name = "terminal-item-id"
    title = "Items have other ids in the terminal event than when they were streamed."
    defect = "001-D02"

    def terminal(self, response: dict[str, Any]) -> None:
        """Others."""
        for number, item in enumerate(response["output"]):
            item["id"] = f"{item['id'].partition('_')[0]}_{number:032d}"


class TerminalCallsOnly(OfTerminal):
    """With calls, nothing else counts."""

    name = "terminal-calls-only"
    title = "Text and thought that were streamed before a call are missing from the terminal event."
    defect = "001-D03"
    chapters = ("tools", "reasoning")
    shows = ("tool-text-then-call", "reasoning-then-call")

    def terminal(self, response: dict[str, Any]) -> None:
        """Calls alone."""
        calls = [one for one in response["output"] if one["type"].endswith("_call")]
        response["output"] = calls or response["output"]


class TerminalEmpty(OfTerminal):
    """The shell is sent once more."""

    name = "terminal-empty"
    title = "The output of the terminal event is empty, whatever was streamed."
    defect = "001-D03"

    def terminal(self, response: dict[str, Any]) -> None:
        """Nothing."""
        response["output"] = []


class UsageNullResponses(OfTerminal):
    """Usage comes too late."""

    name = "terminal-usage-null"
    title = "The usage that the upstream told is null in the terminal event."
    defect = "004-D03"
    chapters = ("usage",)
    shows = ("usage-asked",)

    def terminal(self, response: dict[str, Any]) -> None:
        """Null."""
        response["usage"] = None


class IncompleteAsCompleted(OfResponses):
    """Every answer is complete."""

    name = "incomplete-as-completed"
    title = "An answer that was cut at its limit, or filtered, is told as completed."
    defect = "001-D16"
    chapters = ("endings",)
    shows = ("ending-length", "ending-content-filter")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """It is done, and that is that."""
        self.completed(event.data.get("item"))
        if event.type == "response.incomplete":
            event.name = event.data["type"] = "response.completed"
            self.completed(event.data["response"])
        yield event

    def completed(self, thing: Any) -> None:
        """A response or an item, and what is in it."""
        if isinstance(thing, dict) and thing.get("status") == "incomplete":
            thing["status"] = "completed"
            if "incomplete_details" in thing:
                thing["incomplete_details"] = None
        for item in (thing or {}).get("output") or ():
            self.completed(item)

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        self.completed(body)
        return body


class OnePartPerDelta(OfTerminal):
    """Each piece is a part."""

    name = "part-per-delta"
    title = "The terminal event has a part for every piece of the text."
    defect = "002-D26"

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Keep the pieces."""
        if event.type == "response.output_text.delta":
            memory.setdefault("pieces", []).append(event.data["delta"])
        if event.type in _TERMINALS:
            for item in event.data["response"]["output"]:
                if item["type"] == "message" and memory.get("pieces"):
                    part = item["content"][0]
                    item["content"] = [{**part, "text": piece} for piece in memory["pieces"]]
        yield event

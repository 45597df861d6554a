"""Miniatures that get the events of Responses wrong, or what stands in the last of them."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from tests.miniatures.miniature import RESPONSES, Memory, Miniature, OfResponses
from tests.miniatures.tampering import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class ReasoningLeftOpen(OfResponses):
    """Only text closes a thought."""

    name = "reasoning-left-open"
    title = "The item of a thought is never done where a call follows."
    defect = "001-D04"
    chapters = ("reasoning",)
    shows = ("reasoning-then-call",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Its last events stay away until text begins, which may be never."""
        item = event.data.get("item") or {}
        if item.get("type") == "reasoning":
            memory["thought"] = item["id"]
        thought = memory.get("thought")
        ends = event.type.endswith(".done")
        if ends and thought is not None and thought in {item.get("id"), event.data.get("item_id")}:
            memory.setdefault("kept", []).append(event)
            return
        if event.type == "response.output_item.added" and item.get("type") == "message":
            yield from memory.pop("kept", ())
        yield event

    def hangs(self, memory: Memory) -> bool:
        """What was kept is gone."""
        memory.pop("kept", None)
        return False


class OutputIndexByFormula(OfResponses):
    """A formula instead of a counter."""

    name = "output-index-collision"
    title = "Every item has output index 0."
    defect = "001-D06"
    chapters = ("tools", "reasoning")
    shows = ("tool-parallel", "tool-text-then-call", "reasoning-then-text")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Always."""
        if "output_index" in event.data:
            event.data["output_index"] = 0
        yield event


class ArgumentsWithoutEvents(OfResponses):
    """A call is whole when it is told."""

    name = "arguments-without-events"
    title = "A call is added as completed, with all its arguments, and no event has its arguments."
    defect = "001-D07"
    chapters = ("tools",)
    shows = ("tool-one-call",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Its first event waits for its last."""
        item = event.data.get("item") or {}
        if ".function_call_arguments." in event.type:
            return
        if item.get("type") == "function_call":
            if event.type == "response.output_item.added":
                return
            name = "response.output_item.added"
            yield Event({**deepcopy(event.data), "type": name}, name)
        yield event


class ArgumentsOfOther(OfResponses):
    """One state for all calls."""

    name = "arguments-of-other"
    title = "The pieces of all calls' arguments name the first call."
    defect = "004-D04"
    chapters = ("tools",)
    shows = ("tool-parallel",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """The first id stays."""
        if event.type == "response.function_call_arguments.delta":
            event.data["item_id"] = memory.setdefault("first", event.data["item_id"])
        yield event


class PartNotDone(OfResponses):
    """A part is not closed."""

    name = "part-not-done"
    title = "There is no `response.content_part.done`."
    defect = ""

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """All others."""
        if event.type != "response.content_part.done":
            yield event


class ItemNotDone(OfResponses):
    """An item is not closed."""

    name = "message-not-done"
    title = "The message is never done."
    defect = "002-D18"

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """All others."""
        if not (event.type == "response.output_item.done" and event.data["item"]["type"] == "message"):
            yield event


class PartWithoutItem(OfResponses):
    """A part belongs to nobody."""

    name = "part-without-item"
    title = "`response.content_part.added` and `.done` have no `item_id`."
    defect = "001-D10"

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Without."""
        if event.type.startswith("response.content_part."):
            del event.data["item_id"]
        yield event


class DeltaWithoutLogprobs(OfResponses):
    """A member that came later."""

    name = "delta-without-logprobs"
    title = "`response.output_text.delta` has no `logprobs`."
    defect = "001-D11"

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Without."""
        if event.type == "response.output_text.delta":
            event.data.pop("logprobs", None)
        yield event


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


class EchoForced(Miniature):
    """What is echoed is a constant."""

    name = "echo-constant"
    title = "The response says that its temperature was 1, whatever was asked."
    defect = "001-D21"
    routes = (RESPONSES,)
    chapters = ("input",)
    shows = ("input-parameters",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """In all shells."""
        if "response" in event.data:
            self.whole(event.data["response"], memory)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """And in the whole answer."""
        if "temperature" in body:
            body["temperature"] = 1.0
        return body


class AnnotationsLost(OfResponses):
    """Sources are not told."""

    name = "annotations-lost"
    title = "The sources of a text are lost."
    defect = "001-D34"
    chapters = ("output",)
    shows = ("output-annotations",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Neither events nor members."""
        if event.type != "response.output_text.annotation.added":
            self.without(event.data)
            yield event

    def without(self, value: Any) -> None:
        """Empty every list of them."""
        if isinstance(value, dict):
            if "annotations" in value:
                value["annotations"] = []
            for one in value.values():
                self.without(one)
        elif isinstance(value, list):
            for one in value:
                self.without(one)

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        self.without(body)
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


class CreatedTwice(OfResponses):
    """It begins twice."""

    name = "created-twice"
    title = "`response.created` comes twice."
    defect = ""

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Once more."""
        yield event
        if event.type == "response.created":
            yield Event(deepcopy(event.data), event.name)


class SequenceGap(Miniature):
    """Numbers are given before it is known what is sent."""

    name = "sequence-gap"
    title = "Sequence numbers have a gap."
    defect = ""
    routes = (RESPONSES,)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """After the third event one is skipped."""
        if event.data.get("sequence_number", 0) > 2:
            event.data["sequence_number"] += 1
        yield event


class NameMissing(Miniature):
    """Events have data alone."""

    name = "event-name-missing"
    title = "Events of Responses have no `event` line."
    defect = ""
    routes = (RESPONSES,)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Without."""
        event.name = None
        yield event


class ThoughtAsSummary(OfResponses):
    """Every thought is a summary."""

    name = "raw-thought-as-summary"
    title = "A raw thought is told as a summary."
    defect = "001-D39"
    chapters = ("reasoning",)
    shows = ("reasoning-raw",)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Other events, and another member."""
        part = event.data.get("part") or {}
        if event.type.startswith("response.reasoning_text."):
            kind = event.type.replace("reasoning_text", "reasoning_summary_text")
            event.name = event.data["type"] = kind
            event.data["summary_index"] = event.data.pop("content_index")
        elif part.get("type") == "reasoning_text":
            kind = event.type.replace("content_part", "reasoning_summary_part")
            event.name = event.data["type"] = kind
            event.data["summary_index"] = event.data.pop("content_index")
            part["type"] = "summary_text"
        for item in (event.data.get("item"), *(event.data.get("response") or {}).get("output", ())):
            self.summarised(item)
        yield event

    def summarised(self, item: Any) -> None:
        """From one member to the other."""
        if item and item["type"] == "reasoning" and item.get("content"):
            item["summary"] = [{**one, "type": "summary_text"} for one in item.pop("content")]

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for item in body.get("output") or ():
            self.summarised(item)
        return body

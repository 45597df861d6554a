"""Miniatures that get the events of Responses wrong, or what stands in the last of them."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.miniatures.miniature import RESPONSES, Memory, Miniature, OfResponses
from tests.miniatures.tampering import Event

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    routes = ("responses over responses",)
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

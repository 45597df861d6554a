"""Which call an item is: its call_id, its name, and whether the request allows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string
from harness.faults.fault import manner
from harness.faults.mutation import Edit, Mutation, number_of, request_of
from harness.faults.responses.items import (
    ADDED,
    ARGUMENTS_DELTA,
    ARGUMENTS_DONE,
    DONE,
    item,
    known,
    output,
    whole_items,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream

_CALLS = {"function_call", "custom_tool_call"}


@dataclass(frozen=True, kw_only=True)
class CallIdChanges(Edit):
    """The `call_id` of a tool call is another one in `output_item.done`, or in the final output.

    The client answers a call that the model never made.
    """

    name: ClassVar[str] = "call_id_changes"
    example: ClassVar[str] = "call_id_changes:how=final"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-ITEM-009", "RESP-FC-006", "RESP-TERM-002", "XLAT-TOOL-004"),
        "final": ("RESP-ITEM-009", "RESP-FC-006", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "finished tool call"

    how: str = manner(breaks_by_how, "Where it changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [item(value)] if self.how == "done" and value.get("type") == DONE else []
        found = output(value) if self.how == "final" else found
        for one in found:
            if (
                one.get("type") in {"function_call", "custom_tool_call"}
                and string(one.get("call_id"))
                and stream.here()
            ):
                one["call_id"] += "x"
                return True
        return False


@dataclass(frozen=True, kw_only=True)
class CallIdShared(Edit):
    """The second tool call has the `call_id` of the first, in all its events."""

    name: ClassVar[str] = "call_id_shared"
    example: ClassVar[str] = "call_id_shared"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-009", "XLAT-TOOL-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for one in [item(value), *output(value)]:
            call_id = string(one.get("call_id"))
            if call_id and one.get("type") in {"function_call", "custom_tool_call"}:
                first = stream.notes.setdefault("first", call_id)
                if first != call_id and stream.here():
                    one["call_id"] = first
                    edited = True
        return edited


@dataclass(frozen=True, kw_only=True)
class CallIdIsItemId(Edit):
    """The `call_id` of every tool call is the id of its item.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "call_id_is_item_id"
    example: ClassVar[str] = "call_id_is_item_id"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TOOL-003", "XLAT-TOOL-004")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "tool call with two ids"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            one
            for one in [item(value), *output(value)]
            if string(one.get("call_id")) and string(one.get("id")) and one["id"] != one["call_id"]
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["call_id"] = one["id"]
        return True


@dataclass(frozen=True, kw_only=True)
class CallNameChanges(Edit):
    """The name of a function call is another one in `output_item.done` and at the end."""

    name: ClassVar[str] = "call_name_changes"
    example: ClassVar[str] = "call_name_changes"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-006", "XLAT-TOOL-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finished function call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            one
            for _, one in whole_items(value)
            if one.get("type") == "function_call" and string(one.get("name"))
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["name"] += "_other"
        return True


@dataclass(frozen=True, kw_only=True)
class CallNameUndeclared(Edit):
    """The names of calls are none of those that the request declares, in all events alike."""

    name: ClassVar[str] = "call_name_undeclared"
    example: ClassVar[str] = "call_name_undeclared"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-011", "XLAT-TOOL-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "call of a tool that the request declares"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not stream.request.get("tools"):
            return False
        named = [one for one in [item(value), *output(value)] if one.get("type") in _CALLS]
        if value.get("type") == "response.function_call_arguments.done" and string(value.get("name")):
            named.append(value)
        if not named or not stream.here():
            return False
        for one in named:
            one["name"] = string(one.get("name")) + "_other"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Tools that are found by a search are declared elsewhere."""
        kinds = {tool.get("type") for tool in entries(request_of(exchange).get("tools"))}
        return None if kinds <= {"function", "custom"} else "the request has tools that it does not name"


@dataclass(frozen=True, kw_only=True)
class CallUnwanted(Mutation):
    """A whole function call comes though the request says `tool_choice: "none"`."""

    name: ClassVar[str] = "call_unwanted"
    example: ClassVar[str] = "call_unwanted"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-010", "XLAT-TOOL-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "completed response to a request that allows no call"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        unwanted = stream.request.get("tool_choice") == "none"
        for event in stream:
            count = known(event.value, stream)
            ends = event.kind == "response.completed" and number_of(event) is not None
            if unwanted and ends and stream.here():
                call = _unwanted(stream.request)
                for value in _told(call, count):
                    yield event.like(value)
                event.value["response"]["output"] = [*output(event.value), call]
                yield event.rewritten()
            else:
                yield event


def _unwanted(request: Json) -> Json:
    name = next((string(tool.get("name")) for tool in entries(request.get("tools"))), "f")
    head = {"id": "fc_unwanted", "type": "function_call", "status": "completed"}
    return {**head, "arguments": "{}", "call_id": "call_unwanted", "name": name}


def _told(call: Json, index: int) -> Iterator[Json]:
    """The events of a call that is added, written and done."""
    place = {"sequence_number": 0, "output_index": index}
    inside = {**place, "item_id": call["id"]}
    yield {"type": ADDED, **place, "item": {**call, "status": "in_progress", "arguments": ""}}
    yield {"type": ARGUMENTS_DELTA, **inside, "delta": call["arguments"]}
    yield {"type": ARGUMENTS_DONE, **inside, "name": call["name"], "arguments": call["arguments"]}
    yield {"type": DONE, **place, "item": call}

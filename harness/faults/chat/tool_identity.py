"""Which call a fragment is of: its index and id, and what only the first fragment says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function, key
from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolIndexMissing(Edit):
    """No fragment of a tool call has an `index`."""

    name: ClassVar[str] = "tool_index_missing"
    example: ClassVar[str] = "tool_index_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "fragment of a tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if "index" in call]
        if not found or not stream.here():
            return False
        for call in found:
            del call["index"]
        return True


@dataclass(frozen=True, kw_only=True)
class ToolIndexFromOne(Edit):
    """The `index` of every tool call is one too high.

    Gateways that take the output_index of a Responses stream for it do this.
    """

    name: ClassVar[str] = "tool_index_from_one"
    example: ClassVar[str] = "tool_index_from_one"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-002", "XLAT-TOOL-002")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "fragment of a tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if type(call.get("index")) is int]
        if not found or not stream.here():
            return False
        for call in found:
            call["index"] += 1
        return True


@dataclass(frozen=True, kw_only=True)
class ToolIndexZero(Edit):
    """Of several tool calls, every one has the `index` 0."""

    name: ClassVar[str] = "tool_index_zero"
    example: ClassVar[str] = "tool_index_zero"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-TOOL-006",
        "CHAT-TOOL-005",
        "CHAT-TOOL-009",
        "CHAT-TOOL-010",
        "XLAT-TOOL-001",
        "XLAT-TOOL-002",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if type(call.get("index")) is int and call["index"] > 0]
        if not found or not stream.here():
            return False
        for call in found:
            call["index"] = 0
        return True


@dataclass(frozen=True, kw_only=True)
class ToolOpeningIncomplete(Edit):
    """The first fragment of a tool call lacks its id, type or name, or has it empty."""

    name: ClassVar[str] = "tool_opening_incomplete"
    example: ClassVar[str] = "tool_opening_incomplete:how=name_empty"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id_absent": ("CHAT-TOOL-003", "XLAT-TOOL-004"),
        "id_empty": ("CHAT-TOOL-003", "XLAT-TOOL-004"),
        "type_absent": ("CHAT-TOOL-003",),
        "name_absent": ("CHAT-TOOL-003", "XLAT-TOOL-001"),
        "name_empty": ("CHAT-TOOL-003", "XLAT-TOOL-001"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "first fragment of a tool call"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        field, _, state = self.how.partition("_")
        found = [function(call) if field == "name" else call for _, call in fragments(value) if "id" in call]
        found = [one for one in found if one.get(field)]
        if not found or not stream.here():
            return False
        for one in found:
            if state == "absent":
                del one[field]
            else:
                one[field] = ""
        return True


@dataclass(frozen=True, kw_only=True)
class ToolFieldsRepeated(Edit):
    """Later fragments of a tool call have its id, name or type again, or an empty one.

    Clients that join fragments double the name.
    """

    name: ClassVar[str] = "tool_fields_repeated"
    example: ClassVar[str] = "tool_fields_repeated:how=type"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("CHAT-TOOL-005",),
        "name": ("CHAT-TOOL-005",),
        "empty_id": ("CHAT-TOOL-005",),
        "empty_name": ("CHAT-TOOL-005",),
        "type": ("CHAT-TOOL-005",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second fragment of a tool call"

    how: str = manner(breaks_by_how, "What they have.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice, call in fragments(value):
            place = key(choice, call)
            if "id" in call:
                stream.notes[place] = {
                    "id": call["id"],
                    "name": function(call).get("name"),
                    "type": "function",
                }
            elif place in stream.notes and function(call) and stream.here():
                name = self.how.removeprefix("empty_")
                (function(call) if name == "name" else call)[name] = (
                    stream.notes[place][name] if name == self.how else ""
                )
                edited = True
        return edited


@dataclass(frozen=True, kw_only=True)
class ToolIdShared(Edit):
    """The second tool call has the id of the first."""

    name: ClassVar[str] = "tool_id_shared"
    example: ClassVar[str] = "tool_id_shared"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-007", "XLAT-TOOL-004")
    wanted: ClassVar[str] = "second tool call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        for choice, call in fragments(value):
            if "id" in call:
                first = stream.notes.setdefault(repr(choice.get("index")), call["id"])
                if first != call["id"] and stream.here():
                    call["id"] = first
                    return True
        return False


@dataclass(frozen=True, kw_only=True)
class ToolIdsReplaced(Edit):
    """Every tool call has another id than upstream gave it.

    The stream stays legal; the next turn of the conversation names a call that upstream does not know.
    """

    name: ClassVar[str] = "tool_ids_replaced"
    example: ClassVar[str] = "tool_ids_replaced"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TOOL-004",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "tool call with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if string(call.get("id"))]
        if not found or not stream.here():
            return False
        for call in found:
            call["id"] = "call_other_" + call["id"]
        return True

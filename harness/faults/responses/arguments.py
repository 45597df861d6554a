"""The arguments of function calls and the input of custom tools, from their deltas to the finished item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit, Omission
from harness.faults.responses.items import ARGUMENTS_DELTA, ARGUMENTS_DONE, DONE, item, whole_strings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsDeltaLost(Omission):
    """A `function_call_arguments.delta` is left out, and nobody counts it."""

    name: ClassVar[str] = "arguments_delta_lost"
    example: ClassVar[str] = "arguments_delta_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-001", "RESP-FC-003", "XLAT-TOOL-001", "XLAT-TOOL-005")
    wanted: ClassVar[str] = "delta of arguments"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ARGUMENTS_DELTA and bool(value.get("delta"))


@dataclass(frozen=True, kw_only=True)
class ArgumentsDeltasMissing(Omission):
    """Every `function_call_arguments.delta` is left out."""

    name: ClassVar[str] = "arguments_deltas_missing"
    example: ClassVar[str] = "arguments_deltas_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-003", "RESP-FC-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of arguments"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ARGUMENTS_DELTA


@dataclass(frozen=True, kw_only=True)
class ArgumentsDoneMissing(Omission):
    """A `function_call_arguments.done` is left out."""

    name: ClassVar[str] = "arguments_done_missing"
    example: ClassVar[str] = "arguments_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-002",)
    wanted: ClassVar[str] = "function_call_arguments.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ARGUMENTS_DONE


@dataclass(frozen=True, kw_only=True)
class ArgumentsDiffer(Edit):
    """The arguments of a call are others when they are done, or in its finished item."""

    name: ClassVar[str] = "arguments_differ"
    example: ClassVar[str] = "arguments_differ:how=item"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-FC-001",),
        "item": ("RESP-FC-001", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole arguments there"

    how: str = manner(breaks_by_how, "Where they differ.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = ARGUMENTS_DONE if self.how == "done" else DONE
        holder = value if self.how == "done" else item(value, "function_call")
        if value.get("type") != kind or not isinstance(holder.get("arguments"), str) or not stream.here():
            return False
        holder["arguments"] += " "
        return True


@dataclass(frozen=True, kw_only=True)
class ArgumentsInvalid(Edit):
    """The arguments of a call begin with a brace too many: in their deltas, when they are done, and at the
    end.
    """

    name: ClassVar[str] = "arguments_invalid"
    example: ClassVar[str] = "arguments_invalid"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-004", "XLAT-TOOL-001")
    wanted: ClassVar[str] = "delta of arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        index = value.get("output_index")
        if value.get("type") == ARGUMENTS_DELTA and "index" not in stream.notes and type(index) is int:
            if isinstance(value.get("delta"), str) and index not in stream.notes.setdefault("met", set()):
                stream.notes["met"].add(index)
                if stream.here():
                    stream.notes["index"] = index
                    value["delta"] = "}" + value["delta"]
                    return True
            return False
        found = [
            one
            for place, one in whole_strings(value, ARGUMENTS_DONE, "arguments")
            if place == stream.notes.get("index")
        ]
        for one in found:
            one["arguments"] = "}" + one["arguments"]
        return bool(found)


@dataclass(frozen=True, kw_only=True)
class ArgumentsEventKind(Edit):
    """The deltas of a function's arguments come as `custom_tool_call_input.delta`."""

    name: ClassVar[str] = "arguments_event_kind"
    example: ClassVar[str] = "arguments_event_kind"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-005", "RESP-FC-001", "RESP-FC-003")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != ARGUMENTS_DELTA or not stream.here():
            return False
        value["type"] = "response.custom_tool_call_input.delta"
        return True


@dataclass(frozen=True, kw_only=True)
class ArgumentsUnaddressed(Edit):
    """No event of arguments has `item_id` or `output_index`."""

    name: ClassVar[str] = "arguments_unaddressed"
    example: ClassVar[str] = "arguments_unaddressed"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-007", "RESP-ITEM-002", "RESP-ITEM-007", "RESP-ENV-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if (
            value.get("type") not in {ARGUMENTS_DELTA, ARGUMENTS_DONE}
            or "item_id" not in value
            or not stream.here()
        ):
            return False
        value.pop("item_id")
        value.pop("output_index", None)
        return True


@dataclass(frozen=True, kw_only=True)
class CustomInputDiffers(Edit):
    """`custom_tool_call_input.done` has another input than its deltas and its item."""

    name: ClassVar[str] = "custom_input_differs"
    example: ClassVar[str] = "custom_input_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-CTC-001",)
    wanted: ClassVar[str] = "custom_tool_call_input.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.custom_tool_call_input.done"
        if value.get("type") != kind or not isinstance(value.get("input"), str) or not stream.here():
            return False
        value["input"] += " "
        return True

"""The arguments of tool calls, which come in fragments: they break off, come twice, parsed, or mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, finish, fragments, function, key, reasons
from harness.faults.event import string
from harness.faults.mutation import Edit, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ToolArgumentsAbsent(Edit):
    """The first fragment of a tool call has no `arguments`, not even an empty string."""

    name: ClassVar[str] = "tool_arguments_absent"
    example: ClassVar[str] = "tool_arguments_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-004",)
    wanted: ClassVar[str] = "first fragment with empty arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            call for _, call in fragments(value) if "id" in call and function(call).get("arguments") == ""
        ]
        if not found or not stream.here():
            return False
        for call in found:
            del call["function"]["arguments"]
        return True


@dataclass(frozen=True, kw_only=True)
class ToolArgumentsCut(Edit):
    """The arguments of every tool call break off, and yet the choice finishes with `tool_calls`.

    Servers that run out of tokens inside a call, and hide it, do this: the client runs half a call.
    """

    name: ClassVar[str] = "tool_arguments_cut"
    example: ClassVar[str] = "tool_arguments_cut"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-FIN-007",
        "CHAT-TOOL-009",
        "XLAT-TOOL-001",
        "XLAT-TOOL-005",
        "XLAT-FIN-004",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "fragment with arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        for choice, call in fragments(value):
            if (words := string(function(call).get("arguments"))) and words.strip():
                cut = "" if key(choice, call) in stream.notes else words[: max(1, len(words.rstrip()) // 2)]
                stream.notes[key(choice, call)] = True
                if cut != words and stream.here():
                    call["function"]["arguments"] = cut
                    edited = True
        return edited

    def equivalent(self, exchange: Exchange) -> str | None:
        """Arguments may break off where the tokens run out."""
        return "the choice ends for want of tokens" if reasons(exchange) == {"length"} else None


@dataclass(frozen=True, kw_only=True)
class ToolArgumentsDoubled(Mutation):
    """All arguments of a tool call come once more, in one fragment, before the choice finishes."""

    name: ClassVar[str] = "tool_arguments_doubled"
    example: ClassVar[str] = "tool_arguments_doubled"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-010", "CHAT-TOOL-009", "XLAT-TOOL-001")
    wanted: ClassVar[str] = "tool call with arguments"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        whole: dict[tuple[str, str], tuple[object, object, str]] = {}
        for event in stream:
            for choice, call in fragments(event.value):
                _, _, before = whole.get(key(choice, call), (None, None, ""))
                words = before + string(function(call).get("arguments"))
                whole[key(choice, call)] = (choice.get("index"), call.get("index"), words)
            if any(finish(choice) for choice in choices(event.value)):
                for index, number, words in whole.values():
                    if words and stream.here():
                        again = {"index": number, "function": {"arguments": words}}
                        yield event.like(alone(event.value, index, {"tool_calls": [again]}))
                whole.clear()
            yield event

    def equivalent(self, exchange: Exchange) -> str | None:
        """Arguments need not be JSON where the tokens run out."""
        return "the choice ends for want of tokens" if reasons(exchange) == {"length"} else None


@dataclass(frozen=True, kw_only=True)
class ToolArgumentsObject(Edit):
    """The `arguments` of a tool call are an object instead of a string of JSON."""

    name: ClassVar[str] = "tool_arguments_object"
    example: ClassVar[str] = "tool_arguments_object"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-008", "XLAT-TOOL-001", "XLAT-TOOL-005")
    wanted: ClassVar[str] = "fragment with arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [call for _, call in fragments(value) if string(function(call).get("arguments"))]
        if not found or not stream.here():
            return False
        for call in found:
            call["function"]["arguments"] = {"value": call["function"]["arguments"]}
        return True


@dataclass(frozen=True, kw_only=True)
class ToolFragmentsInterleaved(Mutation):
    """The last fragment of a tool call comes after the first of the next."""

    name: ClassVar[str] = "tool_fragments_interleaved"
    example: ClassVar[str] = "tool_fragments_interleaved"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-TOOL-012",)
    wanted: ClassVar[str] = "second tool call"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            found = [call for _, call in fragments(event.value)]
            later_fragment = len(found) == 1 and "id" not in found[0]
            opens = len(found) == 1 and "id" in found[0]
            if held is not None and opens and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if later_fragment else None
            if held is None:
                yield event
        if held is not None:
            yield held

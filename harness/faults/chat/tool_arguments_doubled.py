"""Arguments come again at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import alone, choices, finish, fragments, function, key, reasons
from harness.faults.event import string
from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event
    from harness.faults.mutation import Stream


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

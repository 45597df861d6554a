"""Arguments break off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import fragments, function, key, reasons
from harness.faults.event import string
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


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

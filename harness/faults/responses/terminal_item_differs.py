"""A final item is not the one that was streamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string
from harness.faults.mutation import Edit
from harness.faults.responses.items import output, parts
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalItemDiffers(Edit):
    """The last item of the final output has another annotation, argument or summary than when it was done."""

    name: ClassVar[str] = "terminal_item_differs"
    example: ClassVar[str] = "terminal_item_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TERM-002", "RESP-TEXT-007", "RESP-FC-001", "RESP-RSN-003")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "final message, function call or reasoning"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        items = [one for one in output(value) if one.get("type") in {"message", "function_call", "reasoning"}]
        if not items:
            return False
        last = items[-1]
        pieces = [one for one in parts(last) if one.get("type") == "output_text"]
        if not (pieces or "arguments" in last or "summary" in last) or not stream.here():
            return False
        if pieces:
            cited = {
                "type": "url_citation",
                "url": "https://example.com/",
                "title": "x",
                "start_index": 0,
                "end_index": 0,
            }
            pieces[-1]["annotations"] = [*entries(pieces[-1].get("annotations")), cited]
        elif "arguments" in last:
            last["arguments"] = string(last["arguments"]) + " "
        else:
            last["summary"] = [*entries(last["summary"]), {"type": "summary_text", "text": "x"}]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never had the item done."""
        return broken_off(exchange)

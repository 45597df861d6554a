"""A call of a tool comes as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class MarkupInContent(Edit):
    """The markup in which a model writes a call is sent as text, though the request had tools."""

    name: ClassVar[str] = "markup_in_content"
    example: ClassVar[str] = "markup_in_content"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-003", "XLAT-TEXT-001", "CHAT-LOGP-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "delta with text that answers a request with tools"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice) and stream.request.get("tools")]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = '<tool_call>{"name": "f", "arguments": {}}</tool_call>' + text(
                choice
            )
        return True

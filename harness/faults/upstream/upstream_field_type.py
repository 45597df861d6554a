"""A member of an upstream's event has another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, table
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UpstreamFieldType(Edit):
    """The `index` of an Anthropic block is a text, or the text of a Gemini part a number."""

    name: ClassVar[str] = "upstream_field_type"
    example: ClassVar[str] = "upstream_field_type"
    breaks: ClassVar[tuple[str, ...]] = ("UP-SCHEMA-001",)
    wanted: ClassVar[str] = "indexed event of Anthropic, or Gemini part with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") in {"content_block_start", "content_block_delta", "content_block_stop"}:
            if type(value.get("index")) is not int or not stream.here():
                return False
            value["index"] = str(value["index"])
            return True
        found = [
            part
            for candidate in entries(value.get("candidates"))
            for part in entries(table(candidate.get("content")).get("parts"))
            if isinstance(part.get("text"), str)
        ]
        if not found or not stream.here():
            return False
        found[0]["text"] = len(found[0]["text"])
        return True

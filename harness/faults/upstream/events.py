"""Events of Anthropic and Gemini that contradict themselves or their schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
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


@dataclass(frozen=True, kw_only=True)
class BlockDeltaKind(Edit):
    """A delta of a text block is of the kind of thinking blocks.

    Anthropic's clients throw it away, or raise.
    """

    name: ClassVar[str] = "block_delta_kind"
    example: ClassVar[str] = "block_delta_kind"
    breaks: ClassVar[tuple[str, ...]] = ("UP-BLOCK-002",)
    wanted: ClassVar[str] = "text_delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        delta = table(value.get("delta"))
        if (
            value.get("type") != "content_block_delta"
            or delta.get("type") != "text_delta"
            or not stream.here()
        ):
            return False
        value["delta"] = {"type": "thinking_delta", "thinking": string(delta.get("text"))}
        return True


@dataclass(frozen=True, kw_only=True)
class OutputTokensShrink(Edit):
    """The last count of output tokens is what came since the first, and smaller than it."""

    name: ClassVar[str] = "output_tokens_shrink"
    example: ClassVar[str] = "output_tokens_shrink"
    breaks: ClassVar[tuple[str, ...]] = ("UP-USE-001",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second count of output tokens"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") == "message_start":
            stream.notes["first"] = table(table(value.get("message")).get("usage")).get("output_tokens")
        first = stream.notes.get("first")
        counts = table(value.get("usage"))
        if value.get("type") != "message_delta" or type(first) is not int or first < 1:
            return False
        if type(counts.get("output_tokens")) is not int or not stream.here():
            return False
        counts["output_tokens"] = first - 1
        return True


@dataclass(frozen=True, kw_only=True)
class StopReasonMissing(Edit):
    """The `stop_reason` of an Anthropic stream is null to the end."""

    name: ClassVar[str] = "stop_reason_missing"
    example: ClassVar[str] = "stop_reason_missing"
    breaks: ClassVar[tuple[str, ...]] = ("UP-END-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "stop reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        delta = table(value.get("delta"))
        if value.get("type") != "message_delta" or not string(delta.get("stop_reason")) or not stream.here():
            return False
        delta["stop_reason"] = None
        return True

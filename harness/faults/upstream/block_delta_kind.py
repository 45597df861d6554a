"""A text delta comes as a delta of thinking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string, table
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


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

"""The text changes after it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import DONE, PART_DONE, TERMINAL, texts
from harness.faults.responses.unjudged import broken_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextSnapshotDiffers(Edit):
    """The text in `content_part.done`, in `output_item.done` or in the final output is another one."""

    name: ClassVar[str] = "text_snapshot_differs"
    example: ClassVar[str] = "text_snapshot_differs:how=final"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "part": ("RESP-TEXT-002",),
        "item": ("RESP-TEXT-002", "RESP-TERM-002"),
        "final": ("RESP-TEXT-002", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole text there"

    how: str = manner(breaks_by_how, "Where it changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kinds = {"part": (PART_DONE,), "item": (DONE,), "final": TERMINAL}[self.how]
        found = [
            one for _, one in texts(value) if value.get("type") in kinds and one.get("type") == "output_text"
        ]
        if not found or not stream.here():
            return False
        found[0]["text"] += "!"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never had the text done."""
        return broken_off(exchange) if self.how == "final" else None

"""The text is another one throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import prefixed

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextAltered(Edit):
    """A text begins with another letter than upstream sent: in its deltas, when it is done, and at the end.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "text_altered"
    example: ClassVar[str] = "text_altered"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TEXT-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        return prefixed(value, stream, "X")

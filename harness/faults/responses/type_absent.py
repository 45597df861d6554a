"""An event does not say what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TypeAbsent(Addition):
    """An event comes whose JSON has no `type`.

    Nothing recorded is lost: the event comes behind one of an item, and repeats what that says.
    """

    name: ClassVar[str] = "type_absent"
    example: ClassVar[str] = "type_absent"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ENV-001",)
    wanted: ClassVar[str] = "event of an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [{name: one for name, one in value.items() if name != "type"}] if scoped(value) else []

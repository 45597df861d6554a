"""The response never begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CreatedMissing(Omission):
    """`response.created` is left out."""

    name: ClassVar[str] = "created_missing"
    example: ClassVar[str] = "created_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-001", "RESP-LIFE-002")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.created"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.created"

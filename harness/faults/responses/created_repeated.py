"""The response begins twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CreatedRepeated(Addition):
    """`response.created` comes twice."""

    name: ClassVar[str] = "created_repeated"
    example: ClassVar[str] = "created_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-002",)
    wanted: ClassVar[str] = "response.created"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == "response.created" else []

"""An event says only that the server is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Addition
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class Keepalive(Addition):
    """A `keepalive` event comes, and takes a sequence number.

    OpenAI sends it in long pauses.
    """

    name: ClassVar[str] = "keepalive"
    example: ClassVar[str] = "keepalive"
    benign: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of a response"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if (
            not string(value.get("type")).startswith("response.")
            or "sequence_number" not in value
            or terminal(value)
        ):
            return []
        return [{"type": "keepalive", "sequence_number": value["sequence_number"]}]

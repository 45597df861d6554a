"""A response waits that should run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Addition
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class QueuedUnasked(Addition):
    """`response.queued` comes, though the request does not ask for a background response."""

    name: ClassVar[str] = "queued_unasked"
    example: ClassVar[str] = "queued_unasked"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-003",)
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "response.created of a response that does not run in the background"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if value.get("type") != "response.created" or not stream.request or stream.request.get("background"):
            return []
        return [{**value, "type": "response.queued", "response": {**response(value), "status": "queued"}}]

"""A response has no name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ResponseIdEmpty(Edit):
    """The response's `id` is empty in every lifecycle event."""

    name: ClassVar[str] = "response_id_empty"
    example: ClassVar[str] = "response_id_empty"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ID-004",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = response(value)
        if not found.get("id") or not stream.here():
            return False
        found["id"] = ""
        return True

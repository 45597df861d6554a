"""The response becomes another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ResponseIdChanges(Edit):
    """The `id` of the response in a later lifecycle event is another one."""

    name: ClassVar[str] = "response_id_changes"
    example: ClassVar[str] = "response_id_changes"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ID-001", "XLAT-ID-001")
    wanted: ClassVar[str] = "second lifecycle event"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not string(response(value).get("id")):
            return False
        if "first" not in stream.notes:
            stream.notes["first"] = True
            return False
        if not stream.here():
            return False
        response(value)["id"] += "x"
        return True

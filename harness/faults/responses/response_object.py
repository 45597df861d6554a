"""A response does not say that it is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ResponseObject(Edit):
    """The `object` of the response is not `response`."""

    name: ClassVar[str] = "response_object"
    example: ClassVar[str] = "response_object"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-001", "RESP-ENV-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if response(value).get("object") != "response" or not stream.here():
            return False
        value["response"]["object"] = "chat.completion"
        return True

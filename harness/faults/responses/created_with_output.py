"""The response begins with its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CreatedWithOutput(Edit):
    """The response has output or usage before the first item."""

    name: ClassVar[str] = "created_with_output"
    example: ClassVar[str] = "created_with_output:how=usage"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "output": ("RESP-OBJ-003",),
        "usage": ("RESP-OBJ-003",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.created"

    how: str = manner(breaks_by_how, "What it has.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.created" or not response(value) or not stream.here():
            return False
        if self.how == "output":
            part = {"type": "output_text", "text": "", "annotations": []}
            message = {
                "type": "message",
                "id": "msg_early",
                "role": "assistant",
                "status": "in_progress",
                "content": [part],
            }
            value["response"]["output"] = [message]
        else:
            zero = {
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0},
            }
            value["response"]["usage"] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0, **zero}
        return True

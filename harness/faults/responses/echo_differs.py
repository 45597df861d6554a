"""The response repeats other settings than were sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EchoDiffers(Edit):
    """A setting of the request comes back changed in every lifecycle event."""

    name: ClassVar[str] = "echo_differs"
    example: ClassVar[str] = "echo_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-004",)
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "setting of the request in a response"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found, asked = response(value), stream.request
        name = next(
            (key for key in _SETTINGS if key in found and key in asked and asked[key] == found[key]), None
        )
        if name is None or not stream.here():
            return False
        changes = {
            "temperature": 0.123,
            "top_p": 0.123,
            "metadata": {"other": "yes"},
            "max_output_tokens": 1_000_000,
        }
        found[name] = changes.get(name, not found[name] if isinstance(found[name], bool) else "other")
        return True


_SETTINGS = (
    "temperature",
    "top_p",
    "instructions",
    "metadata",
    "store",
    "previous_response_id",
    "max_output_tokens",
)

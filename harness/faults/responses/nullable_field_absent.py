"""A response lacks a key that is null as a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import response
from harness.faults.responses.unjudged import resumed

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class NullableFieldAbsent(Edit):
    """Every key of a response that is null is absent."""

    name: ClassVar[str] = "nullable_field_absent"
    example: ClassVar[str] = "nullable_field_absent"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with null keys"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [key for key, one in response(value).items() if one is None]
        if not found or not stream.here():
            return False
        for key in found:
            del value["response"][key]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Only the first object of a stream is looked at, and a resumed one lacks it."""
        return resumed(exchange)

"""Which response a stream is about: its id, its model and its time of creation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import response, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True, kw_only=True)
class ResponseOriginChanges(Edit):
    """The `model` or `created_at` of the response is another one at the end."""

    name: ClassVar[str] = "response_origin_changes"
    example: ClassVar[str] = "response_origin_changes:how=created_at"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "model": ("RESP-ID-002",),
        "created_at": ("RESP-ID-002",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "terminal event with that key"

    how: str = manner(breaks_by_how, "Which of the two changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        if not found.get(self.how) or not stream.here():
            return False
        found[self.how] = found[self.how] + 1 if self.how == "created_at" else f"{found[self.how]}-other"
        return True


@dataclass(frozen=True, kw_only=True)
class CreatedAtFraction(Edit):
    """`created_at` is no whole number of seconds in every lifecycle event."""

    name: ClassVar[str] = "created_at_fraction"
    example: ClassVar[str] = "created_at_fraction"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ID-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with a time"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = response(value)
        if type(found.get("created_at")) is not int or not stream.here():
            return False
        found["created_at"] += 0.5
        return True

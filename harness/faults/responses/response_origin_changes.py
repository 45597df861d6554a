"""The response was made elsewhere, or at another time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.mutation import Stream


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

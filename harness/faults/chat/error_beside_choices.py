"""A chunk has an error and a happy end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ErrorBesideChoices(Edit):
    """The chunk that finishes a choice with `stop` has an error too."""

    name: ClassVar[str] = "error_beside_choices"
    example: ClassVar[str] = "error_beside_choices"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ERR-004", "CHAT-ERR-003", "CHAT-ERR-001", "XLAT-FIN-001")
    wanted: ClassVar[str] = "finish reason"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not any(finish(choice) for choice in choices(value)) or value.get("error") or not stream.here():
            return False
        value["error"] = {
            "message": "The server had an error.",
            "type": "server_error",
            "param": None,
            "code": None,
        }
        return True

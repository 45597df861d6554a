"""Each chunk has an error that is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import is_chunk
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ErrorNull(Edit):
    """Every chunk has `error: null`.

    A client that looks whether the key is there, and not what it holds, takes each chunk for a failure.
    """

    name: ClassVar[str] = "error_null"
    example: ClassVar[str] = "error_null"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ERR-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk without an error"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or "error" in value or not stream.here():
            return False
        value["error"] = None
        return True

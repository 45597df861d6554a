"""Text that comes in pieces."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.dialects.signal import Mark


class Accumulator:
    """The concatenation of deltas, in memory proportional to the text, whatever the number of pieces.

    Attributes:
        write: Appends one piece. It is the buffer's own method, so a delta costs one call.
        deltas: How many pieces came, where the machine counts them.
        done: What the event that ends the pieces says they amount to; None until it came.
        done_at: Where that event is.
    """

    __slots__ = ("_buffer", "deltas", "done", "done_at", "write")

    def __init__(self) -> None:
        self._buffer = StringIO()
        self.write: Callable[[str], int] = self._buffer.write
        self.deltas = 0
        self.done: str | None = None
        self.done_at: Mark | None = None

    @property
    def text(self) -> str:
        """Everything so far; costs as much as the text is long."""
        return self._buffer.getvalue()

    def __len__(self) -> int:
        """How many characters came so far."""
        return self._buffer.tell()

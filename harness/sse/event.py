"""One server-sent event, and where it lies in the stream."""

from __future__ import annotations

import msgspec


class SseEvent(msgspec.Struct, frozen=True, gc=False):
    """One block of an event stream, as a client that follows the standard reads it.

    `data` is bytes, so that invalid UTF-8 stays visible and a JSON decoder can read it as it is. `event` and
    `id` are names that programs compare, so they are text, in which invalid UTF-8 has become U+FFFD, as the
    standard has it; the bytes themselves are at `start` to `stop` of the stream.

    Args:
        index: How many events were dispatched before this one.
        event: Value of the last `event` line; None where there is no such line, which a client reads as
            `message`.
        data: Values of all `data` lines, joined by LF.
        id: Value of the last valid `id` line of this block; None where there is none. What the standard calls
            the last event ID outlives the event: it is the last id that is not None in the blocks so far.
        retry: Value of the last valid `retry` line, in milliseconds.
        start: Offset in the stream, in bytes, of the block's first byte. A byte order mark belongs to no block.
        stop: Offset after the block's last byte, its blank line included.
        dispatched: A client gets to see this event. False for a block without a `data` line and for one that
            is not terminated.
        terminated: The block ends with its blank line. False only for what was left when the stream ended.
        block: The block's bytes where they are anything but `data: X` or `event: N` and `data: X`, one space
            after each colon, one kind of line end, a blank line at the end; b"" where they are just that, which
            nearly all blocks of real streams are.
    """

    index: int
    event: str | None
    data: bytes
    id: str | None
    retry: int | None
    start: int
    stop: int
    dispatched: bool = True
    terminated: bool = True
    block: bytes = b""

    @property
    def text(self) -> str:
        """The data as text, in which invalid UTF-8 has become U+FFFD."""
        return self.data.decode("utf-8", "replace")

    @property
    def type(self) -> str:
        """The type under which a client dispatches the event: `message` unless an `event` line says otherwise."""
        return self.event or "message"

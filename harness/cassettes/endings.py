"""What a reader is given who goes on past the last recorded byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.exchange import Chunk, Ending, How

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TAIL_BYTES = 64


def ends_cleanly(ending: Ending, tail: bytes) -> bool:
    """Whether a reader that goes on past the last recorded byte is given a normal end of the body.

    A recording whose client closed after `[DONE]` holds all there was: the OpenAI SDK closes there without reading
    on, so almost every Chat recording ends so, and another client must be able to read it to the end. Every
    other ending but `complete` is met where it was recorded.

    Args:
        ending: How the recording ended.
        tail: The last bytes of the recorded body, at least 16.
    """
    if ending.how is How.CLIENT_CLOSE:
        return tail.rstrip(b"\r\n").endswith((b"data: [DONE]", b"data:[DONE]"))
    return ending.how is How.COMPLETE


def with_tail(chunks: Iterable[Chunk], tail: bytearray) -> Iterator[Chunk]:
    """Pass chunks on while `tail` keeps the last bytes that went by, for `ends_cleanly`."""
    for chunk in chunks:
        tail += chunk.data[-TAIL_BYTES:]
        del tail[:-TAIL_BYTES]
        yield chunk

"""What is to be played, prepared as far as it can be: a small answer is framed once, for all its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.cassettes.endings import ends_cleanly, with_tail
from harness.cassettes.exchange import Ending, How
from harness.io.server.framing import chunk, encode_head, end_to_end, has_body, last_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Chunk, Headers
    from harness.io.playback import Playback

SMALL: Final = 1 << 20
"""Bytes of a body up to which it is kept framed."""


class Script:
    """One scheduled answer, ready for the wire.

    Args:
        playback: The answer. Its chunks are read here, as far as they fit into `SMALL`; a longer body is read
            again and lazily by the one stream that plays it, so such a script must not be kept.

    Attributes:
        chunked: Whether a plain client (see `Responder.plain`) is given HTTP chunks.
        plain: Whether such a client can be given prepared bytes.
        cost: About how many bytes of memory it takes.
        small: Whether the body is kept, so that any number of streams can play this script.
        wire: The whole answer for a plain client, where all of it is due at once; else None.
    """

    __slots__ = (
        "_chunks",
        "_ending",
        "_frames",
        "_rest",
        "_tail",
        "chunked",
        "cost",
        "has_head",
        "head_due_us",
        "headers",
        "plain",
        "plain_head",
        "reason",
        "small",
        "status",
        "trailers",
        "wire",
    )

    def __init__(self, playback: Playback) -> None:
        response = playback.response
        self.has_head = response is not None
        self.head_due_us = playback.head_due_us
        self.status = 0 if response is None else response.status
        self.reason = "" if response is None else response.reason
        self.headers: Headers = () if response is None else end_to_end(response.headers)
        self.trailers: Headers = () if response is None else response.trailers
        self._ending = playback.ending
        self._tail = bytearray()
        self.chunked = has_body("", self.status) and not any(
            name.lower() == "content-length" and value.isascii() and value.isdigit()
            for name, value in self.headers
        )
        fields = (*self.headers, ("transfer-encoding", "chunked")) if self.chunked else self.headers
        self.plain_head = encode_head(self.status, self.reason, fields) if self.has_head else b""
        size = self._read(with_tail(playback.chunks, self._tail))
        self.wire = self._whole()
        # Chunks, their frames and the wire, and some 200 bytes of objects for each chunk.
        self.cost = 3 * size + 200 * len(self._chunks)

    def _read(self, chunks: Iterator[Chunk]) -> int:
        kept: list[Chunk] = []
        size = 0
        self.small = True
        for piece in chunks:
            kept.append(piece)
            size += len(piece.data)
            if size > SMALL:
                self.small = False
                break
        self._chunks: list[Chunk] = kept
        self._rest = chunks
        self.plain = self.chunked or (self.small and size == self._promised())
        self._frames = [(at_us, self._frame(data)) for at_us, data in kept] if self.small else []
        return size

    def _frame(self, data: bytes) -> bytes:
        return chunk(data) if self.chunked else data

    def _promised(self) -> int:
        """Bytes that the head says will come."""
        if not has_body("", self.status):
            return 0
        return next(
            (
                int(value)
                for name, value in self.headers
                if name.lower() == "content-length" and value.isdigit()
            ),
            0,
        )

    def _whole(self) -> bytes | None:
        if not self.small or not self.plain or not self.has_head or self.head_due_us > 0:
            return None
        ending = self.ending()
        if ending.how is not How.COMPLETE or ending.at_us > 0 or any(due > 0 for due, _ in self._frames):
            return None
        end = last_chunk(self.trailers) if self.chunked else b""
        return self.plain_head + b"".join(frame for _, frame in self._frames) + end

    def ending(self) -> Ending:
        """How it ends, once the last chunk has been taken: an ending may depend on the body's last bytes."""
        ending = self._ending
        if ending.how is not How.COMPLETE and ends_cleanly(ending, bytes(self._tail)):
            return Ending(How.COMPLETE, ending.at_us)
        return ending

    def parts(self, *, framed: bool) -> Iterator[tuple[int, bytes]]:
        """When each chunk is due after the head, and its bytes; `framed` as a plain client's wire has it."""
        if self.small:
            return iter(self._frames if framed else self._chunks)
        return self._once(framed=framed)

    def _once(self, *, framed: bool) -> Iterator[tuple[int, bytes]]:
        kept, self._chunks = self._chunks, []
        for source in (kept, self._rest):
            for due, data in source:
                yield due, self._frame(data) if framed else data

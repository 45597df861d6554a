"""Finds, in a stream that comes in pieces, the blank lines at which its blocks end.

Strategy: two line ends in a row are a blank line, and a pair of bytes is enough to see them: LF LF, LF CR and
CR CR (CR LF is one line end). So each read is searched once, together with the byte before it, and what has
no end yet is only appended to. The cost is linear, however long a block is and however small the reads are.
"""

from __future__ import annotations

import re

_LF = b"\n"
_LINE_END = rb"(?:\r\n?+|\n)"
_BLOCK = re.compile(rb"(?:[^\r\n]++" + _LINE_END + rb")*+" + _LINE_END)


def split_blocks(whole: bytes) -> list[bytes]:
    """Split bytes into blocks, each up to and including its blank line; what follows the last one is left out."""
    return _BLOCK.findall(whole)


class WholeBlocks:
    """Holds a stream back until a block is whole.

    A blank line whose last byte so far is CR is held back with its block, because an LF may follow that belongs
    to it. So a block of a stream with bare CR line ends is handed out with the next byte, or at `finish()`.

    Attributes:
        pending: What has been taken and not handed out. Whoever removes bytes from its front leaves two.
    """

    __slots__ = ("_after_cr", "pending")

    def __init__(self) -> None:
        self.pending = bytearray()
        self._after_cr = False

    def take(self, data: bytes) -> bytes:
        """Take the next bytes and hand out all blocks that are whole now: often none, never a part of one."""
        if self._after_cr or b"\r" in data:
            return self._take_with_cr(data)
        stop = data.rfind(b"\n\n") + 2 if b"\n\n" in data else 0
        pending = self.pending
        # At the start of a block a line end is a blank line by itself.
        if not stop and data[:1] == _LF and (not pending or pending[-1:] == _LF):
            stop = 1
        if not stop:
            pending += data
            return b""
        return self._cut(data, stop)

    def finish(self) -> bytes:
        """Hand out what is left."""
        rest = bytes(self.pending)
        self.pending.clear()
        return rest

    def _take_with_cr(self, data: bytes) -> bytes:
        if not data:
            return b""
        self._after_cr = data.endswith(b"\r")
        # Before the start of a block stands a line end, or the start of the stream, which acts like one.
        edge = bytes(self.pending[-2:]) if len(self.pending) >= 2 else _LF + self.pending
        probe = edge + data
        # Whether a CR at the end has an LF to come is not known yet.
        certain = len(probe) - self._after_cr
        pair = probe.rfind(b"\n\r", 0, certain)
        # The other two pairs matter only behind the one that was found.
        pair = max(pair, probe.rfind(b"\n\n", pair + 1, certain), probe.rfind(b"\r\r", max(pair, 0), certain))
        if pair < 0:
            self.pending += data
            return b""
        stop = pair + 2
        if probe[pair + 1 : pair + 3] == b"\r\n":
            stop += 1
        return self._cut(data, stop - len(edge))

    def _cut(self, data: bytes, stop: int) -> bytes:
        """Hand out what is pending and `data` up to `stop`."""
        pending = self.pending
        if pending:
            pending += data[:stop]
            whole = bytes(pending)
            pending.clear()
        else:
            whole = data[:stop]
        pending += data[stop:]
        return whole

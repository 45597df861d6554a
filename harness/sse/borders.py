"""Finds, in a stream that comes in pieces, the blank lines at which its blocks end.

Strategy: two line ends in a row are a blank line, and a pair of bytes is enough to see them: LF LF, LF CR and
CR CR (CR LF is one line end). So each read is searched once, together with the byte before it, and what has
no end yet is only appended to. The cost is linear, however long a block is and however small the reads are.
"""

from __future__ import annotations

import re

_LF, _CR = b"\n\r"
_LINE_END = rb"(?:\r\n?+|\n)"
_BLOCK = re.compile(rb"(?:[^\r\n]++" + _LINE_END + rb")*+" + _LINE_END)


def split_blocks(whole: bytes) -> list[bytes]:
    """Split bytes that consist of whole blocks into these, each up to and including its blank line."""
    return _BLOCK.findall(whole)


class WholeBlocks:
    """Holds a stream back until a block is whole.

    A blank line whose last byte so far is CR is held back with its block, because an LF may follow that belongs
    to it. So a block of a stream with bare CR line ends is handed out with the next byte, or at `finish()`.

    Attributes:
        pending: What has been taken and not handed out. Whoever removes bytes from its front leaves two.
        after_cr: The last byte that was taken is CR.
    """

    __slots__ = ("after_cr", "pending")

    def __init__(self) -> None:
        self.pending = bytearray()
        self.after_cr = False

    def take(self, data: bytes) -> bytes:
        """Take the next bytes and hand out all blocks that are whole now: often none, never a part of one."""
        if not self.after_cr and _CR not in data:
            return self.take_plain(data)
        # The usual case goes first: a whole blank line, and no line end behind it.
        stop = data.rfind(_LF) + 1
        if data[stop - 4 : stop] == b"\r\n\r\n" and data.find(_CR, stop) < 0:
            self.after_cr = False
            return self._cut(data, stop)
        return self._take_with_cr(data)

    def take_plain(self, data: bytes) -> bytes:
        """As `take`, for bytes that hold no CR and do not follow one."""
        pending = self.pending
        # The last LF is found many times faster than the last pair, and is nearly always part of it.
        stop = data.rfind(_LF) + 1
        if stop < 2 or data[stop - 2] != _LF:
            stop = data.rfind(b"\n\n", 0, stop) + 2
        if stop >= 2:
            # This is `_cut`, without the cost of calling it.
            if not pending:
                pending += data[stop:]
                return data[:stop]
            whole = b"".join((pending, data[:stop]))
            pending.clear()
            pending += data[stop:]
            return whole
        # At the start of a block a line end is a blank line by itself.
        if data.startswith(b"\n") and (not pending or pending[-1] == _LF):
            return self._cut(data, 1)
        pending += data
        return b""

    def finish(self) -> tuple[bytes, bool]:
        """Hand out what is left, and whether it is a whole block: one whose blank line is a bare CR."""
        rest = bytes(self.pending)
        self.pending.clear()
        return rest, rest == b"\r" or rest.endswith((b"\n\r", b"\r\r"))

    def _take_with_cr(self, data: bytes) -> bytes:
        if not data:
            return b""
        self.after_cr = data.endswith(b"\r")
        # Before the start of a block stands a line end, or the start of the stream, which acts like one.
        edge = bytes(self.pending[-2:]) if len(self.pending) >= 2 else b"\n" + self.pending
        probe = edge + data
        # Whether a CR at the end has an LF to come is not known yet.
        certain = len(probe) - self.after_cr
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
        if not pending:
            pending += data[stop:]
            return data[:stop]
        whole = b"".join((pending, data[:stop]))
        pending.clear()
        pending += data[stop:]
        return whole

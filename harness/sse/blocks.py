"""Cuts the body of a response into pieces that a person can read, without looking at what they mean.

A cassette keeps one piece a line. Nothing is assumed about the bytes: a body that is no event stream at all
is cut as well, and the pieces joined always are the body. Where they are cut depends on the body alone, not
on the reads in which it came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.sse.borders import WholeBlocks, split_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFAULT_CAP = 64 * 1024
"""Longest piece, in bytes, unless told otherwise."""

_SMALLEST_CAP = 4  # one UTF-8 character


class BlockSplitter:
    """Splits an event stream into blocks, each up to and including its blank line.

    A longer block than `cap` is cut into pieces of at most `cap` bytes, at a border of UTF-8 characters where
    there is one. Memory does not grow with the body.

    Args:
        cap: Longest piece in bytes; at least 4.

    Raises:
        UsageError: The cap is less than one UTF-8 character.
    """

    def __init__(self, *, cap: int = DEFAULT_CAP) -> None:
        self._cap = _checked(cap)
        self._blocks = WholeBlocks()
        self._inside = False  # the beginning of the block that is pending is out already

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes of the body, and give the pieces that are whole now."""
        whole = self._blocks.take(data)
        pieces: list[bytes] = []
        if whole:
            # The rest of a block may start with a line end, which is no blank line: there is a line before it.
            before = b"x" if self._inside else b""
            blocks = split_blocks(before + whole)
            blocks[0] = blocks[0][len(before) :]
            pieces = _capped(blocks, self._cap)
            self._inside = False
        # The search for the next blank line looks back two bytes.
        self._inside |= _drain(self._blocks.pending, self._cap, keep=2, into=pieces)
        return iter(pieces)

    def finish(self) -> Iterator[bytes]:
        """End the body, and give what is left."""
        rest, _whole = self._blocks.finish()
        return iter(_capped([rest], self._cap) if rest else [])


class LineSplitter:
    """Splits any other body into lines, each up to and including its LF.

    Only LF ends a line, so CR LF stays together and a body with bare CR is one line. `cap` is as in
    `BlockSplitter`.

    Args:
        cap: Longest piece in bytes; at least 4.

    Raises:
        UsageError: The cap is less than one UTF-8 character.
    """

    def __init__(self, *, cap: int = DEFAULT_CAP) -> None:
        self._cap = _checked(cap)
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes of the body, and give the pieces that are whole now."""
        pending = self._pending
        stop = data.rfind(b"\n") + 1
        pieces: list[bytes] = []
        if stop:
            pending += data[:stop]
            lines = bytes(pending).split(b"\n")
            pending.clear()
            lines.pop()  # what follows the last LF: nothing
            pieces = _capped([line + b"\n" for line in lines], self._cap)
        pending += data[stop:]
        _drain(pending, self._cap, keep=0, into=pieces)
        return iter(pieces)

    def finish(self) -> Iterator[bytes]:
        """End the body, and give what is left."""
        rest = bytes(self._pending)
        self._pending.clear()
        return iter(_capped([rest], self._cap) if rest else [])


def _checked(cap: int) -> int:
    if cap < _SMALLEST_CAP:
        raise UsageError(
            "a piece of a body must be able to hold one character",
            where="cap",
            expected=f"at least {_SMALLEST_CAP} bytes",
            found=str(cap),
            hint=f"leave it out to get {DEFAULT_CAP}",
        )
    return cap


def _capped(pieces: Iterable[bytes], cap: int) -> list[bytes]:
    """The same bytes, in pieces of at most `cap`."""
    capped: list[bytes] = []
    for piece in pieces:
        if len(piece) <= cap:
            capped.append(piece)
            continue
        start = 0
        while len(piece) - start > cap:
            stop = _character_border(piece, start, start + cap)
            capped.append(piece[start:stop])
            start = stop
        capped.append(piece[start:])
    return capped


def _drain(pending: bytearray, cap: int, *, keep: int, into: list[bytes]) -> bool:
    """Move from `pending` what must be a piece whatever follows, but for `keep` bytes; whether there was any."""
    start = 0
    while len(pending) - start > cap + keep:
        stop = _character_border(pending, start, start + cap)
        into.append(bytes(pending[start:stop]))
        start = stop
    del pending[:start]
    return start > 0


def _character_border(data: bytes | bytearray, start: int, stop: int) -> int:
    """`stop`, or the start of the UTF-8 character that `stop` would cut."""
    if data[stop] & 0xC0 != 0x80:
        return stop
    for at in range(stop - 1, max(stop - _SMALLEST_CAP, start), -1):
        byte = data[at]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return at if at + length > stop else stop
        if byte < 0x80:
            return stop
    return stop

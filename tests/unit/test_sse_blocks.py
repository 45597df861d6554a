"""Splitting bodies into pieces for reading."""

from __future__ import annotations

import tracemalloc

import pytest

from harness.errors import UsageError
from harness.sse.blocks import BlockSplitter, LineSplitter


def split(splitter: BlockSplitter | LineSplitter, *reads: bytes) -> list[bytes]:
    """All pieces of a body that comes in these reads."""
    pieces = [piece for read in reads for piece in splitter.feed(read)]
    return [*pieces, *splitter.finish()]


@pytest.mark.parametrize(
    "blocks",
    [
        [b"data: a\n\n", b"event: b\ndata: c\n\n", b"data: cut"],
        [b"data: a\r\n\r\n", b"data: b\r\n\r\n"],
        [b"data: a\r\r", b"data: b\r\r"],
        [b"\n", b"\n", b": c\n\n", b"\n", b"no event at all\n\n"],
        [b"\xff\xfe\n\r\n", b"x\r\n\n", b"y\r"],
        [],
    ],
)
def test_a_stream_is_split_after_each_blank_line(blocks: list[bytes]) -> None:
    """A piece is a block with its blank line, valid or not; the last one may have none."""
    assert split(BlockSplitter(), b"".join(blocks)) == blocks


@pytest.mark.parametrize(
    "lines", [[b"{\n", b'  "a": 1\r\n', b"}"], [b"\n", b"\n"], [b"a\rb\n", b"\n"], [b"one"], []]
)
def test_any_other_body_is_split_after_each_lf(lines: list[bytes]) -> None:
    """A bare CR does not end a line."""
    assert split(LineSplitter(), b"".join(lines)) == lines


@pytest.mark.parametrize("splitter", [BlockSplitter, LineSplitter])
@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        (b"abcdefghij", [b"abcde", b"fghij"]),
        ("abcdé".encode() + b"f", [b"abcd", b"\xc3\xa9f"]),
        ("ab🙂cd".encode(), [b"ab", "🙂c".encode(), b"d"]),
        (b"\x80" * 7, [b"\x80" * 5, b"\x80" * 2]),
        (b"abcde\x80", [b"abcde", b"\x80"]),
        (b"abcd\xc3\xc3\xa9", [b"abcd\xc3", b"\xc3\xa9"]),
        (b"abc\xc3\xa9\xa9", [b"abc\xc3\xa9", b"\xa9"]),
    ],
)
def test_a_long_piece_is_cut_at_a_character(
    splitter: type[BlockSplitter | LineSplitter], body: bytes, pieces: list[bytes]
) -> None:
    """Where the bytes are no UTF-8 it is cut at the cap."""
    assert split(splitter(cap=5), body) == pieces


@pytest.mark.parametrize("splitter", [BlockSplitter, LineSplitter])
def test_a_cap_below_one_character_is_refused(splitter: type[BlockSplitter | LineSplitter]) -> None:
    """No progress could be made without cutting characters."""
    with pytest.raises(UsageError, match="one character"):
        splitter(cap=3)


@pytest.mark.parametrize("splitter", [BlockSplitter, LineSplitter])
def test_memory_does_not_grow_with_a_body_without_line_ends(
    splitter: type[BlockSplitter | LineSplitter],
) -> None:
    """Pieces of 64 KiB leave as soon as they are there, also from 16 MiB of one line."""
    subject = splitter()
    read = b"x" * 1448
    total = 0

    tracemalloc.start()
    for _ in range(16 * 2**20 // len(read)):
        for piece in subject.feed(read):
            assert len(piece) == 64 * 1024
            total += len(piece)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total >= 15 * 2**20
    assert peak < 2**20

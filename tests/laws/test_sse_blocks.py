"""Laws of splitting bodies: the pieces joined are the body, and do not depend on the reads."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from harness.sse.blocks import BlockSplitter, LineSplitter
from harness.sse.decoder import Decoder

SPLITTERS = st.sampled_from([BlockSplitter, LineSplitter])
PARTS = (
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b"data: x",
    b"event: y",
    b": z",
    b"\xff",
    b"\x80\x80\x80\x80\x80",
    b"\xf0\x9f",
    "é日🙂".encode(),
    b"long" * 5,
    b"\xef\xbb\xbf",
)


@st.composite
def bodies_in_reads(draw: st.DrawFn) -> list[bytes]:
    """Bodies of all sorts, cut anywhere."""
    body = draw(st.lists(st.sampled_from(PARTS), max_size=24).map(b"".join) | st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return [body[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(body)], strict=True)]


def split(splitter: BlockSplitter | LineSplitter, reads: list[bytes]) -> list[bytes]:
    """All pieces of a body that comes in these reads."""
    pieces = [piece for read in reads for piece in splitter.feed(read)]
    return [*pieces, *splitter.finish()]


@given(bodies_in_reads(), SPLITTERS, st.integers(4, 40))
def test_pieces_joined_are_the_body(
    reads: list[bytes], splitter: type[BlockSplitter | LineSplitter], cap: int
) -> None:
    """Nothing is lost, added or moved, no piece is empty, and none is longer than the cap."""
    pieces = split(splitter(cap=cap), reads)

    assert b"".join(pieces) == b"".join(reads)
    assert all(0 < len(piece) <= cap for piece in pieces)


@given(bodies_in_reads(), SPLITTERS, st.integers(4, 40))
@example([b"event: y\r\n\r", b"\n"], BlockSplitter, 4)
@example([b"event: yy\r", b"\n", b"\r\n"], BlockSplitter, 4)
def test_pieces_do_not_depend_on_the_reads(
    reads: list[bytes], splitter: type[BlockSplitter | LineSplitter], cap: int
) -> None:
    """The same body gives the same pieces whole, in any reads, and byte by byte."""
    body = b"".join(reads)
    expected = split(splitter(cap=cap), [body])

    assert split(splitter(cap=cap), reads) == expected
    assert split(splitter(cap=cap), [body[at : at + 1] for at in range(len(body))]) == expected


@given(st.text(max_size=80), SPLITTERS, st.integers(4, 12))
def test_no_piece_of_valid_text_cuts_a_character(
    text: str, splitter: type[BlockSplitter | LineSplitter], cap: int
) -> None:
    """A body that is UTF-8 gives pieces that are UTF-8, however small the cap."""
    pieces = split(splitter(cap=cap), [text.encode()])

    assert "".join(piece.decode() for piece in pieces) == text


@given(bodies_in_reads())
def test_blocks_end_where_the_decoder_sees_them_end(reads: list[bytes]) -> None:
    """One piece is one block of the decoder, where no cap and no byte order mark intervenes."""
    body = b":" + b"".join(reads)
    decoder = Decoder(every_block=True)

    events = [*decoder.feed(body), *decoder.finish()]

    assert [body[event.start : event.stop] for event in events] == split(BlockSplitter(), [body])


@given(bodies_in_reads())
def test_lines_end_at_every_lf(reads: list[bytes]) -> None:
    """One piece is one line with its LF."""
    body = b"".join(reads)

    pieces = split(LineSplitter(), reads)

    *lines, tail = body.split(b"\n")
    assert pieces == [line + b"\n" for line in lines] + ([tail] if tail else [])

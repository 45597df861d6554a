from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.cuts import PLACES
from harness.cassettes.exchange import Chunk
from harness.cassettes.pace import Pace, parse_pace

bodies = st.lists(st.builds(Chunk, st.integers(0, 10**9), st.binary(max_size=20)), max_size=12)
speeds = st.sampled_from([1.0, math.inf]) | st.floats(1e-6, 1e6)
offsets = st.sets(st.integers(1, 300), min_size=1, max_size=8).map(lambda found: tuple(sorted(found)))
paces = st.one_of(
    st.builds(Pace, speeds),
    st.builds(Pace, speeds, st.integers(1, 60)),
    st.builds(Pace, speeds, st.none(), offsets),
    st.builds(Pace, speeds, st.none(), st.just(()), st.sampled_from(sorted(PLACES))),
)


@given(bodies, paces)
def test_every_pace_keeps_every_byte(body: list[Chunk], pace: Pace) -> None:
    """Joined, the pieces are the body."""
    assert b"".join(piece.data for piece in pace.schedule(body)) == b"".join(chunk.data for chunk in body)


@given(bodies, paces)
def test_due_times_never_decrease(body: list[Chunk], pace: Pace) -> None:
    """Whatever the recorded times are, the pieces are due in their order."""
    times = [piece.at_us for piece in pace.schedule(body)]

    assert all(left <= right for left, right in pairwise(times))


@given(bodies, speeds, st.integers(1, 60))
def test_bytes_gives_pieces_of_exactly_that_size(body: list[Chunk], speed: float, size: int) -> None:
    """All but the last piece have N bytes, and the last has from one to N."""
    lengths = [len(piece.data) for piece in Pace(speed, size).schedule(body)]

    assert all(length == size for length in lengths[:-1])
    assert all(1 <= length <= size for length in lengths[-1:])


@given(bodies, speeds, offsets)
def test_cuts_are_at_exactly_the_given_offsets(
    body: list[Chunk], speed: float, cuts: tuple[int, ...]
) -> None:
    """The inner borders are the offsets that lie inside the body, and no others."""
    total = sum(len(chunk.data) for chunk in body)
    position = 0
    borders = []
    for piece in Pace(speed, None, cuts).schedule(body):
        position += len(piece.data)
        borders.append(position)

    assert borders == [cut for cut in cuts if cut < total] + ([total] if total else [])


@given(bodies, speeds, st.integers(1, 60))
def test_a_piece_is_due_with_its_last_byte(body: list[Chunk], speed: float, size: int) -> None:
    """Re-cutting moves no byte to an earlier time than the chunk it came in."""
    due_by_byte = [piece.at_us for piece in Pace(speed).schedule(body) for _ in piece.data]
    position = 0
    for piece in Pace(speed, size).schedule(body):
        position += len(piece.data)

        assert piece.at_us == due_by_byte[position - 1]


@given(paces)
def test_a_pace_reads_back_from_its_text(pace: Pace) -> None:
    """The canonical text says all there is."""
    assert parse_pace(str(pace)) == pace
    assert str(parse_pace(str(pace))) == str(pace)

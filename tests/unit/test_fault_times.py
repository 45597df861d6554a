"""What each fault does to the times of a replay."""

from __future__ import annotations

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.pace import parse_pace
from harness.faults.registry import parse_fault

CHUNKS = (Chunk(0, b"data: 1\n\ndata: "), Chunk(1000, b"2\n\n"), Chunk(2000, b"data: 3\n\n"))
RECORDED = Exchange(
    0, Request("POST", "http://host/"), Response(200, (), CHUNKS, at_us=500), Ending(How.COMPLETE, 3000)
)
SECOND = 1_000_000


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("event=0", [(SECOND, b"data: 1\n\ndata: "), (SECOND + 1000, b"2\n\n"), (SECOND + 2000, b"data: 3\n\n")]),
        ("event=1", [(0, b"data: 1\n\n"), (SECOND, b"data: "), (SECOND + 1000, b"2\n\n"),
                     (SECOND + 2000, b"data: 3\n\n")]),
        ("event=-1", [(0, b"data: 1\n\ndata: "), (1000, b"2\n\n"), (SECOND + 2000, b"data: 3\n\n")]),
        ("chunk=1", [(0, b"data: 1\n\ndata: "), (SECOND + 1000, b"2\n\n"), (SECOND + 2000, b"data: 3\n\n")]),
        ("byte=16", [(0, b"data: 1\n\ndata: "), (1000, b"2"), (SECOND + 1000, b"\n\n"),
                     (SECOND + 2000, b"data: 3\n\n")]),
        ("byte=end", [(0, b"data: 1\n\ndata: "), (1000, b"2\n\n"), (2000, b"data: 3\n\n")]),
    ],
)  # fmt: skip
def test_stall_shifts_what_lies_behind_its_place(fault: str, expected: list[tuple[int, bytes]]) -> None:
    """And the ending with it; a chunk that the place lies in is cut there."""
    stall = parse_fault(f"stall:{fault},seconds=1")

    assert list(stall.delay(CHUNKS, RECORDED)) == expected
    assert stall.delay_ending(3000) == SECOND + 3000
    assert stall.delay_head(500) == 500
    assert stall.apply(RECORDED) is RECORDED


def test_stall_counts_recorded_chunks_whatever_the_pace_makes_of_them() -> None:
    """One byte at a time, a place after one chunk is still where that chunk ended."""
    schedule = parse_pace("bytes:1").schedule(CHUNKS)
    pieces = list(parse_fault("stall:chunk=1,seconds=1").delay(schedule, RECORDED))

    assert [piece.at_us for piece in pieces] == [0] * 15 + [SECOND] * 12


def test_stall_passes_empty_pieces_on() -> None:
    """A read of no bytes comes when the bytes in front of it do."""
    chunks = (Chunk(0, b"a"), Chunk(1, b""), Chunk(2, b"b"), Chunk(3, b""))
    recorded = Exchange(0, Request("GET", "http://host/"), Response(200, (), chunks), Ending(How.COMPLETE))

    assert [at_us for at_us, _ in parse_fault("stall:byte=1,seconds=1").delay(chunks, recorded)] == [
        0, SECOND + 1, SECOND + 2, SECOND + 3]  # fmt: skip
    assert [at_us for at_us, _ in parse_fault("stall:byte=2,seconds=1").delay(chunks, recorded)] == [
        0, 1, 2, SECOND + 3]  # fmt: skip


def test_a_stall_whose_place_does_not_exist_changes_no_time() -> None:
    """`applies` says so beforehand."""
    stall = parse_fault("stall:event=9")

    assert not stall.applies(RECORDED)
    assert list(stall.delay(CHUNKS, RECORDED)) == list(CHUNKS)


def test_slow_carries_so_many_bytes_a_second() -> None:
    """Pieces are due when the line has carried them, and never sooner than the pace says."""
    chunks = (Chunk(0, b"a" * 25), Chunk(1000, b"b" * 5), Chunk(5 * SECOND, b"c" * 10))

    assert list(parse_fault("slow:100").delay(chunks, RECORDED)) == [
        (100_000, b"a" * 10),
        (200_000, b"a" * 10),
        (250_000, b"a" * 5),
        (300_000, b"b" * 5),
        (5 * SECOND + 100_000, b"c" * 10),
    ]


def test_slow_does_not_drift() -> None:
    """A rate that divides no second still carries exactly so many bytes in many seconds."""
    pieces = list(parse_fault("slow:7").delay([Chunk(0, b"x" * 7000)], RECORDED))

    assert pieces[-1].at_us == 1000 * SECOND
    assert {len(piece.data) for piece in pieces} == {1}


def test_slow_passes_empty_pieces_on() -> None:
    """A read of no bytes needs no time on the line."""
    assert list(parse_fault("slow:10").delay([Chunk(0, b"a"), Chunk(1, b"")], RECORDED)) == [
        (100_000, b"a"), (100_000, b"")]  # fmt: skip


def test_late_headers_delays_the_head_alone() -> None:
    """Times of the body count from the head, so all that follows comes later too."""
    late = parse_fault("late_headers:2.5")

    assert late.applies(RECORDED)
    assert late.delay_head(500) == 2_500_500
    assert list(late.delay(CHUNKS, RECORDED)) == list(CHUNKS)
    assert late.delay_ending(3000) == 3000
    assert late.apply(RECORDED) is RECORDED


def test_silence_keeps_the_connection_open_without_a_byte() -> None:
    """The head comes on time, and the connection is closed in the end."""
    silence = parse_fault("silence:60")
    silent = silence.apply(RECORDED)

    assert silent.response is not None
    assert list(silent.response.chunks) == []
    assert silence.delay_ending(silent.ending.at_us) == 60 * SECOND
    assert silence.delay_head(500) == 500

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Chunk
from harness.cassettes.pace import INSTANT, RECORDED, Pace, parse_pace
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = (Chunk(1000, b"abc"), Chunk(2000, b"defg"), Chunk(5000, b"h"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recorded", [(1000, b"abc"), (2000, b"defg"), (5000, b"h")]),
        ("instant", [(0, b"abc"), (0, b"defg"), (0, b"h")]),
        ("x4", [(250, b"abc"), (500, b"defg"), (1250, b"h")]),
        ("x0.5", [(2000, b"abc"), (4000, b"defg"), (10000, b"h")]),
        ("bytes:3", [(0, b"abc"), (0, b"def"), (0, b"gh")]),
        ("bytes:4", [(0, b"abcd"), (0, b"efgh")]),
        ("cuts:2,7", [(0, b"ab"), (0, b"cdefg"), (0, b"h")]),
        ("cuts:8", [(0, b"abcdefgh")]),
        ("cuts:3,99", [(0, b"abc"), (0, b"defgh")]),
        ("recorded+bytes:3", [(1000, b"abc"), (2000, b"def"), (5000, b"gh")]),
        ("x2+cuts:2,7", [(500, b"ab"), (1000, b"cdefg"), (2500, b"h")]),
        ("cuts:2+x2", [(500, b"ab"), (2500, b"cdefgh")]),
    ],
)
def test_a_pace_says_when_each_piece_is_due(text: str, expected: list[tuple[int, bytes]]) -> None:
    """A re-cut piece is due when the last byte it holds was due."""
    assert list(parse_pace(text).schedule(BODY)) == expected


def test_one_byte_at_a_time() -> None:
    """`bytes:1` gives every byte by itself, on the time of the chunk it came in."""
    pieces = list(parse_pace("recorded+bytes:1").schedule(BODY))

    assert [piece.data for piece in pieces] == [b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h"]
    assert [piece.at_us for piece in pieces] == [1000] * 3 + [2000] * 4 + [5000]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("x1", "recorded"),
        ("x1.0", "recorded"),
        ("x02.50", "x2.5"),
        ("x1e3", "x1000"),
        ("instant+bytes:7", "bytes:7"),
        ("bytes:7+recorded", "recorded+bytes:7"),
        ("cuts:03,10", "cuts:3,10"),
        ("x.5+cuts:1", "x0.5+cuts:1"),
        ("instant+at:random@0", "at:random"),
        ("at:random@007+x2", "x2+at:random@7"),
    ],
)
def test_the_text_of_a_pace_is_canonical(text: str, canonical: str) -> None:
    """Different ways to write a pace give one text, and that text reads back as the same pace."""
    pace = parse_pace(text)

    assert str(pace) == canonical
    assert parse_pace(canonical) == pace


@pytest.mark.parametrize(
    "text",
    [
        *("", "+", "fast", "recorded+", "x", "x0", "x-1", "xinf", "xnan", "x1e999", "x1e-9", "x0.0000001"),
        *(
            "bytes",
            "bytes:",
            "bytes:0",
            "bytes:-1",
            "bytes:x",
            "bytes:1.5",
            "bytes:" + "9" * 5000,
            "bytes:\u0661",
        ),
        *("cuts:", "cuts:0", "cuts:3,3", "cuts:5,2", "cuts:1,,2", "cuts:1,2,"),
        *(
            "recorded+x2",
            "bytes:1+bytes:2",
            "at:event+bytes:1",
            "at:",
            "at:word",
            "at:event@1",
            "bytes:1+cuts:2",
            "cuts:1+bytes:2",
            "cuts:1+fast",
            " x2",
            "X2",
        ),
    ],
)
def test_a_bad_pace_is_refused_with_the_forms_and_an_example(text: str) -> None:
    """The error names the text as given, and says what would have been right."""
    with pytest.raises(UsageError) as caught:
        parse_pace(text)

    assert repr(text) in caught.value.message
    assert "xN" in str(caught.value)
    assert "recorded+bytes:1" in str(caught.value)


@pytest.mark.parametrize(
    ("speed", "size", "cuts"),
    [
        (0.0, None, ()),
        (-1.0, None, ()),
        (math.nan, None, ()),
        (1.0, 0, ()),
        (1.0, None, (0,)),
        (1.0, 3, (1,)),
    ],
)
def test_a_pace_that_no_text_can_say_is_refused(
    speed: float, size: int | None, cuts: tuple[int, ...]
) -> None:
    """What is built in code keeps to the same bounds as what is parsed."""
    with pytest.raises(ValueError, match="no such pace"):
        Pace(speed, size, cuts)


def test_the_ending_keeps_to_the_same_time_line() -> None:
    """`due` maps any recorded time as the chunks' times are mapped."""
    assert [parse_pace(text).due(1000) for text in ("recorded", "instant", "x4", "bytes:1")] == [
        1000,
        0,
        250,
        0,
    ]


def test_an_empty_chunk_keeps_its_place_unless_the_body_is_cut_anew() -> None:
    """As recorded means as recorded; a re-cut has no empty pieces."""
    body = (Chunk(1, b"ab"), Chunk(2, b""), Chunk(3, b"c"), Chunk(4, b""))

    assert list(RECORDED.schedule(body)) == list(body)
    assert list(parse_pace("recorded+bytes:2").schedule(body)) == [(1, b"ab"), (3, b"c")]


def test_no_piece_is_due_before_the_one_in_front_of_it() -> None:
    """A recording whose clock stepped back is played in its order all the same."""
    assert list(RECORDED.schedule([Chunk(5, b"a"), Chunk(3, b"b")])) == [(5, b"a"), (5, b"b")]


@pytest.mark.parametrize("pace", [RECORDED, INSTANT, Pace(2.0, 3), Pace(2.0, None, (1, 5))])
def test_a_body_without_end_can_be_played(pace: Pace) -> None:
    """Nothing is read ahead of what was asked for beyond the piece itself."""
    read = 0

    def endless() -> Iterator[Chunk]:
        nonlocal read
        while True:
            read += 1
            yield Chunk(read, b"abcd")

    assert len(list(islice(pace.schedule(endless()), 2))) == 2
    assert read <= 2

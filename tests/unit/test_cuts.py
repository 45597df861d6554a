from __future__ import annotations

import pytest

from harness.cassettes.cuts import PLACES, offsets, pieces

BODY = "data: caf\u00e9\r\n\r\nevent: x\ndata: \U0001f600\n\n: ping\n\n".encode()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            "event",
            [b"data: caf\xc3\xa9\r\n\r\n", b"event: x\ndata: \xf0\x9f\x98\x80\n\n", b": ping\n\n"],
        ),
        (
            "crlf",
            [b"data: caf\xc3\xa9\r", b"\n\r", b"\nevent: x\ndata: \xf0\x9f\x98\x80\n\n: ping\n\n"],
        ),
        (
            "character",
            [b"data: caf\xc3", b"\xa9\r\n\r\nevent: x\ndata: \xf0", b"\x9f\x98\x80\n\n: ping\n\n"],
        ),
        (
            "data",
            [b"da", b"ta", b": caf\xc3\xa9\r\n\r\nevent: x\nda", b"ta", b": \xf0\x9f\x98\x80\n\n: ping\n\n"],
        ),
        ("whole", [BODY]),
    ],
)
def test_a_place_says_where_a_body_is_cut(place: str, expected: list[bytes]) -> None:
    """Each cut lies where a reader that trusts in reads goes wrong."""
    assert pieces(BODY, offsets(place, BODY)) == expected


def test_cuts_at_random_depend_on_the_seed_alone() -> None:
    """The same seed cuts the same body in the same way; another does not."""
    assert offsets("random", BODY * 9, seed=1) == offsets("random", BODY * 9, seed=1)
    assert offsets("random", BODY * 9, seed=1) != offsets("random", BODY * 9, seed=2)
    assert offsets("random", BODY * 9) == tuple(PLACES["random"](BODY * 9))


@pytest.mark.parametrize("place", PLACES)
def test_an_empty_body_has_no_pieces(place: str) -> None:
    """There is nothing to cut."""
    assert pieces(b"", offsets(place, b"")) == []

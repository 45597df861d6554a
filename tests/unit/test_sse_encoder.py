"""The encoder: what it writes, and what it refuses because no client could read it back."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UsageError
from harness.sse.encoder import encode, encode_comment


@pytest.mark.parametrize(
    ("arguments", "block"),
    [
        ({"data": b"x"}, b"data: x\n\n"),
        ({"data": "é"}, b"data: \xc3\xa9\n\n"),
        ({"data": b"\xff"}, b"data: \xff\n\n"),
        ({"data": b"a\n\nb"}, b"data: a\ndata: \ndata: b\n\n"),
        ({"data": b""}, b"data: \n\n"),
        ({"data": None, "event": "e"}, b"event: e\n\n"),
        ({"data": None}, b"\n"),
        ({"data": b"x", "event": "e", "id": "1", "retry": 5}, b"event: e\nid: 1\nretry: 5\ndata: x\n\n"),
        ({"data": b"x", "event": "e", "line_end": b"\r\n"}, b"event: e\r\ndata: x\r\n\r\n"),
        ({"data": b"x", "line_end": b"\r"}, b"data: x\r\r"),
    ],
)
def test_an_event_is_written_as_one_block(arguments: dict[str, Any], block: bytes) -> None:
    """Fields in a fixed order, one data line for each line of data, and the blank line."""
    assert encode(**arguments) == block


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"data": b"ab\rc"}, "data, byte 2"),
        ({"data": b"x", "event": "a\nb"}, "event, character 1"),
        ({"data": b"x", "event": "a\r"}, "event, character 1"),
        ({"data": b"x", "id": "\0"}, "id, character 0"),
        ({"data": b"x", "id": "a\n"}, "id, character 1"),
        ({"data": b"x", "retry": -1}, "retry"),
        ({"data": b"x", "line_end": b"\n\r"}, "line_end"),
    ],
)
def test_what_no_event_stream_can_carry_is_refused(arguments: dict[str, Any], where: str) -> None:
    """A client would read something else, so it is an error and not a repair."""
    with pytest.raises(UsageError) as caught:
        encode(**arguments)

    assert caught.value.where == where


def test_a_comment_is_one_block_of_comment_lines() -> None:
    """No line of it can be taken for a field."""
    assert encode_comment("ping") == b": ping\n\n"
    assert encode_comment("a\ndata: b\r\n\rc") == b": a\n: data: b\n:\n: c\n\n"
    assert encode_comment(line_end=b"\r\n") == b":\r\n\r\n"

"""Request heads: h11 decides what they mean, and equal heads are parsed once."""

from __future__ import annotations

import pytest

from harness.io.server import heads
from harness.io.server.heads import CHUNKED, BadRequest, head_end, parse_head


def head(*fields: str, line: str = "POST /v1/responses HTTP/1.1") -> bytes:
    """A head's bytes."""
    return "\r\n".join([line, "Host: h", *fields, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("raw", "length"),
    [
        (head(), 0),
        (head("Content-Length: 12"), 12),
        (head("Content-Length: 12", "Content-Length: 12"), 12),
        (head("Transfer-Encoding: Chunked"), CHUNKED),
        (head("Content-Length: 12", "Transfer-Encoding: chunked"), CHUNKED),
    ],
)
def test_the_length_of_a_body_is_what_the_head_says(raw: bytes, length: int) -> None:
    """RFC 9112, section 6.3: chunks win over a length, equal lengths count once."""
    assert parse_head(raw).length == length


@pytest.mark.parametrize(
    ("raw", "keep_alive"),
    [
        (head(), True),
        (head("Connection: close"), False),
        (head("Connection: x, Close"), False),
        (head("Connection: x", "Connection: close"), False),
        (head(line="GET / HTTP/1.0"), False),
        (head("Connection: Keep-Alive", line="GET / HTTP/1.0"), True),
    ],
)
def test_whether_a_connection_stays_open_is_what_the_head_says(raw: bytes, keep_alive: bool) -> None:  # noqa: FBT001 - a table
    """RFC 9112, section 9.3."""
    assert parse_head(raw).keep_alive is keep_alive


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a?b=c", "/a?b=c"),
        ("http://h/a?b=c", "/a?b=c"),
        ("HTTPS://h:1", "/"),
        ("http://h?b=c", "/?b=c"),
        ("*", "*"),
        ("//a//b", "//a//b"),
        ("/http://x/", "/http://x/"),
    ],
)
def test_every_form_of_target_has_a_path(target: str, path: str) -> None:
    """RFC 9112, section 3.2; the path's own bytes are not touched."""
    assert parse_head(head(line=f"OPTIONS {target} HTTP/1.1")).path == path


def test_equal_heads_are_one_object_and_the_memory_is_bounded() -> None:
    """The memo neither mixes heads up nor grows without end."""
    raw = head("X-A: 1")
    assert parse_head(raw) is parse_head(bytes(bytearray(raw)))
    for number in range(heads.MAX_REMEMBERED + 10):
        assert parse_head(head(f"X-A: {number}")).field(b"x-a") == str(number)
    assert len(heads._remembered) <= heads.MAX_REMEMBERED


def test_the_first_of_repeated_fields_is_given_and_a_missing_one_is_empty() -> None:
    """`field` takes the name in lower case."""
    found = parse_head(head("X-A: 1", "x-a: 2"))
    assert found.field(b"x-a") == "1"
    assert found.field(b"x-b") == ""


def test_a_refused_head_is_not_remembered() -> None:
    """It is refused again."""
    for _ in range(2):
        with pytest.raises(BadRequest) as refused:
            parse_head(b"GET / HTTP/1.1\r\n\r\n")
        assert refused.value.status == 400


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"a\r\n\r\nb", 5),
        (b"a\n\nb", 3),
        (b"a\n\r\nb", 4),
        (b"a\r\n", -1),
        (b"", -1),
    ],
)
def test_a_head_ends_after_its_blank_line(data: bytes, end: int) -> None:
    """Found from any offset up to the end of what was looked at before."""
    assert head_end(data) == end
    assert head_end(data, max(0, end - 1)) == end

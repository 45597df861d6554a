"""Bare bodies: what is kept, and what is said to be made up."""

from __future__ import annotations

import pytest

from harness.cassettes.exchange import Chunk, Ending, How, Request, Response
from harness.cassettes.plain import plain_request, read_plain


def test_the_body_is_kept_byte_for_byte_and_the_rest_is_marked_synthetic() -> None:
    """Only the body is evidence."""
    body = b"\xef\xbb\xbfdata: {broken\r\r\n"
    read = read_plain(body, name="a.sse")
    (exchange,) = read.exchanges

    assert exchange.response == Response(
        200, (("content-type", "text/event-stream"),), (Chunk(0, body),), reason="OK"
    )
    assert exchange.ending == Ending(How.COMPLETE)
    assert read.head == {"source": "plain SSE body", "timing": "none", "synthetic": True}
    assert read.source == "a.sse"


def test_a_json_answer_gets_the_content_type_of_json() -> None:
    """Whole answers are read as streams are."""
    read = read_plain(b'{"id":"x"}', kind="json")
    response = read.exchanges[0].response

    assert response is not None
    assert response.headers == (("content-type", "application/json"),)
    assert read.head["source"] == "plain JSON body"


def test_an_empty_body_has_no_chunk() -> None:
    """A read of nothing never happened."""
    response = read_plain(b"").exchanges[0].response

    assert response is not None
    assert response.chunks == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, Request("POST", "")),
        (
            b'{ "model": "m" }',
            Request("POST", "", (("content-type", "application/json"),), b'{ "model": "m" }'),
        ),
        (b"a=1", Request("POST", "", (("content-type", "application/json"),), b"a=1")),
        (
            b'{"method": "post", "url": "http://x/v1", "headers": {"a": "1"}, "json": {"model": "m"}}',
            Request("POST", "http://x/v1", (("a", "1"),), b'{"model":"m"}'),
        ),
        (
            b'{"method": "GET", "url": "http://x/v1", "headers": [["a", "1"], ["a", "2"]], "body": "text"}',
            Request("GET", "http://x/v1", (("a", "1"), ("a", "2")), b"text"),
        ),
    ],
)
def test_a_request_may_be_given_as_its_body_or_as_an_object(given: bytes | None, expected: Request) -> None:
    """A body alone goes by POST to an unknown URL."""
    assert plain_request(given) == expected

"""HTTP archives: what an entry becomes, and what is said about what an archive does not hold."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.har import read_har
from harness.errors import ForeignFormatError


def entry(**changes: Any) -> dict[str, Any]:
    """One entry as a browser writes it."""
    return {
        "startedDateTime": "2026-11-21T01:30:00.000Z",
        "time": 300,
        "request": {
            "method": "POST",
            "url": "https://api.example.com/v1/responses",
            "httpVersion": "h2",
            "headers": [
                {"name": ":authority", "value": "api.example.com"},
                {"name": "content-type", "value": "application/json"},
            ],
            "queryString": [],
            "postData": {"mimeType": "application/json", "text": '{"stream":true}'},
        },
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "h2",
            "headers": [{"name": "content-type", "value": "text/event-stream"}],
            "content": {"size": 9, "mimeType": "text/event-stream", "text": "data: 1\n\n"},
        },
        "timings": {
            "blocked": 1.5,
            "dns": -1,
            "connect": -1,
            "ssl": -1,
            "send": 0.5,
            "wait": 98,
            "receive": 200,
        },
    } | changes


def archive(*entries: object, **log: object) -> bytes:
    """An archive with these entries."""
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)} | log}).encode()


def only(data: bytes) -> tuple[Exchange, Response, Cassette]:
    """The only exchange of an archive, its response, and the cassette."""
    read = read_har(data)
    (exchange,) = read.exchanges
    assert exchange.response is not None
    return exchange, exchange.response, read


def test_an_entry_becomes_an_exchange_with_the_times_that_the_archive_knows() -> None:
    """The head comes after blocked, send and wait; the body's end after receive; chunks are unknown."""
    exchange, _, read = only(archive(entry(), creator={"name": "Firefox", "version": "140"}))

    assert exchange == Exchange(
        0,
        Request(
            "POST",
            "https://api.example.com/v1/responses",
            (("content-type", "application/json"),),
            b'{"stream":true}',
        ),
        Response(
            200,
            (("content-type", "text/event-stream"),),
            (Chunk(0, b"data: 1\n\n"),),
            http_version="HTTP/2",
            at_us=100_000,
        ),
        Ending(How.COMPLETE, at_us=200_000),
    )
    assert read.head == {"source": "HAR 1.2 of Firefox 140", "timing": "response"}


def test_entries_come_in_the_order_in_which_their_requests_began() -> None:
    """An archive may list them by completion; the first request is at 0."""
    late = entry(startedDateTime="2026-11-21T02:30:00.250+01:00")
    early = entry(startedDateTime="2026-11-21T01:30:00Z", request=entry()["request"] | {"method": "get"})

    read = read_har(archive(late, early))

    assert [(one.index, one.at_us, one.request.method) for one in read.exchanges] == [
        (0, 0, "GET"),
        (1, 250_000, "POST"),
    ]


def test_a_decoded_body_loses_the_encoding_and_the_length_of_its_wire_form() -> None:
    """Otherwise a client would decode it again, and wait for bytes that never come."""
    response = entry()["response"] | {
        "headers": [
            {"name": "Content-Encoding", "value": "br"},
            {"name": "Content-Length", "value": "5"},
            {"name": "x", "value": "1"},
        ]
    }
    _, answer, read = only(archive(entry(response=response)))

    assert answer.headers == (("x", "1"),)
    assert read.head["decoded"] is True
    assert read.head["notes"] == [
        "exchange 0: content-encoding br left out: the body was kept decoded",
        "exchange 0: content-length 5 left out: the body was kept with 9 bytes",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "é"}, "é".encode()),
        ({"text": "é", "mimeType": "text/plain; charset=iso-8859-1"}, b"\xe9"),
        ({"text": "é", "mimeType": "text/plain; charset=martian"}, "é".encode()),
        ({"text": base64.b64encode(b"\x00\xff").decode(), "encoding": "base64"}, b"\x00\xff"),
        ({"text": ""}, b""),
    ],
)
def test_content_is_text_in_its_charset_or_base64(content: dict[str, Any], expected: bytes) -> None:
    """The bytes are those that were decoded for the archive, as far as they can be known."""
    _, answer, _ = only(archive(entry(response=entry()["response"] | {"content": content})))

    assert answer.body() == expected


@pytest.mark.parametrize(
    ("changes", "url", "body"),
    [
        ({"url": "http://x/?a=1", "queryString": [{"name": "a", "value": "1"}]}, "http://x/?a=1", b""),
        ({"url": "http://x/", "queryString": [{"name": "a b", "value": "é"}]}, "http://x/?a+b=%C3%A9", b""),
        (
            {"url": "http://x/", "postData": {"params": [{"name": "a", "value": "1 2"}]}},
            "http://x/",
            b"a=1+2",
        ),
        ({"url": "http://x/", "postData": {"text": "aGk=", "encoding": "base64"}}, "http://x/", b"hi"),
        (
            {"url": "http://x/", "postData": {"mimeType": "multipart/form-data", "params": [{"name": "a"}]}},
            "http://x/",
            b"",
        ),
    ],
)
def test_a_request_is_put_together_from_what_there_is(changes: dict[str, Any], url: str, body: bytes) -> None:
    """The query counts only where the URL lacks it; parameters make a form."""
    request = {"method": "POST", "headers": []} | changes
    exchange, _, _ = only(archive(entry(request=request)))

    assert (exchange.request.url, exchange.request.body) == (url, body)


def test_values_that_a_browser_joined_by_line_feeds_are_fields_of_their_own() -> None:
    """Several cookies come back as several fields."""
    response = entry()["response"] | {"headers": [{"name": "set-cookie", "value": "a=1\nb=2"}]}

    assert only(archive(entry(response=response)))[1].headers == (
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )


@pytest.mark.parametrize(
    ("error", "how"),
    [
        ("net::ERR_ABORTED", How.CLIENT_CLOSE),
        ("net::ERR_CONNECTION_RESET", How.RESET),
        ("net::ERR_TIMED_OUT", How.TIMEOUT),
        ("net::ERR_INCOMPLETE_CHUNKED_ENCODING", How.SERVER_CUT),
    ],
)
def test_an_error_in_the_archive_is_the_ending(error: str, how: How) -> None:
    """Chrome writes `_error` where a body broke off."""
    exchange, _, _ = only(archive(entry(response=entry()["response"] | {"_error": error})))

    assert exchange.ending == Ending(how, at_us=200_000, message=error)


def test_an_entry_without_a_response_has_none() -> None:
    """Status 0 is a browser's word for it."""
    (exchange,) = read_har(
        archive(entry(response={"status": 0, "_error": "net::ERR_CONNECTION_RESET"}))
    ).exchanges

    assert exchange.response is None
    assert exchange.ending.how is How.RESET


def test_a_body_that_the_archive_left_out_is_not_sold_as_an_empty_one() -> None:
    """Chrome keeps the size of a stream but not its content."""
    response = entry()["response"] | {"content": {"size": 1234, "mimeType": "text/event-stream"}}
    exchange, _, read = only(archive(entry(response=response)))

    assert exchange.ending.how is How.RECORDER_CRASH
    assert read.head["notes"] == ["exchange 0: the archive does not hold its body of 1234 bytes"]


@pytest.mark.parametrize(
    ("data", "message", "where"),
    [
        (b"{", "broken JSON", "a.har"),
        (b"\xff", "broken JSON", "a.har"),
        (b"[]", "no HTTP archive", "a.har"),
        (b'{"log": {}}', "no HTTP archive", "a.har"),
        (archive(7), "an entry is not an object", "a.har, /log/entries/0"),
        (archive(entry(), {}), "an entry cannot be read", "a.har, /log/entries/1"),
        (
            archive(entry(response=entry()["response"] | {"content": {"text": "%", "encoding": "base64"}})),
            "an entry cannot be read",
            "a.har, /log/entries/0",
        ),
    ],
)
def test_what_is_no_archive_is_refused_with_its_place(data: bytes, message: str, where: str) -> None:
    """One clear error, and nothing of the body in it."""
    with pytest.raises(ForeignFormatError) as caught:
        read_har(data, name="a.har")

    assert (caught.value.message, caught.value.where) == (message, where)


MEMBERS = [
    *("request", "response", "timings", "receive", "content", "text", "size", "encoding", "headers"),
    *("postData", "params", "queryString", "name", "value", "startedDateTime", "status", "url"),
]


@given(
    st.recursive(
        st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_archive_whatever_gives_another_error(value: object) -> None:
    """Any JSON document is read or refused."""
    given_as: list[list[object]] = [
        [value],
        [entry(request=value)],
        [entry(response=value)],
        [entry(timings=value)],
    ]
    halves = entry()
    given_as.append(
        [entry(response=halves["response"] | (value if isinstance(value, dict) else {"content": value}))]
    )
    for entries in given_as:
        try:
            read = read_har(archive(*entries))
        except ForeignFormatError:
            continue
        assert len(read.exchanges) == 1

"""Hiding more in what was already recorded."""

from __future__ import annotations

import gzip

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Redaction, Request, Response
from harness.cassettes.redaction.anew import redacted, redacted_exchange
from harness.cassettes.redaction.redactor import Redactor

BEFORE = Exchange(
    0,
    Request(
        "POST", "https://h/?customer=acme-4711", (("x-customer", "acme-4711"),), b'{"customer":"acme-4711"}'
    ),
    Response(
        200,
        (("x-customer", "acme-4711"),),
        (Chunk(1, b"data: ac"), Chunk(2, b""), Chunk(3, b"me-47"), Chunk(9, b"11 and more\n\n")),
        trailers=(("x-for", "acme-4711"),),
    ),
    Ending(How.SERVER_CUT, 10, "RemoteProtocolError", "acme-4711 went away"),
    redactions=(Redaction("request.url", "key", 1), Redaction("response.body", "pattern-1", 2)),
)


def test_every_place_of_an_exchange_is_redacted_with_its_boundaries_kept() -> None:
    """URL, headers, bodies, trailers and message; times, lengths and the ending stay."""
    after = redacted_exchange(BEFORE, Redactor(extra_patterns=[r"acme-\d+"]))
    assert "acme" not in repr(after.request) + repr(after.ending) + repr(after.response)
    assert after.response is not None
    assert list(after.response.chunks) == [
        Chunk(1, b"data: re"),
        Chunk(2, b""),
        Chunk(3, b"dacte"),
        Chunk(9, b"d- and more\n\n"),
    ]
    assert after.request.url == "https://h/?customer=redacted-"
    assert after.ending == Ending(How.SERVER_CUT, 10, "RemoteProtocolError", "redacted- went away")


def test_what_was_hidden_before_stays_listed_and_is_added_to() -> None:
    """The seal must tell everything that is not the provider's."""
    after = redacted_exchange(BEFORE, Redactor(extra_patterns=[r"acme-\d+"]))
    assert after.redactions[:2] == (
        Redaction("request.url", "key", 1),
        Redaction("response.body", "pattern-1", 3),
    )
    assert Redaction("request.url", "pattern-1", 1) in after.redactions


def test_doing_it_twice_changes_nothing_more() -> None:
    """Not even the list of redactions."""
    redactor = Redactor(extra_patterns=[r"acme-\d+"], extra_headers=["x-customer"])
    once = redacted(Cassette({}, [BEFORE]), redactor)
    assert redacted(once, redactor) == once


def test_an_exchange_without_a_response_is_redacted_too() -> None:
    """Its request is all it has."""
    bare = Exchange(0, BEFORE.request, None, Ending(How.TIMEOUT, 5))
    after = redacted_exchange(bare, Redactor(extra_patterns=["acme"]))
    assert after.response is None
    assert b"acme" not in after.request.body


def test_a_compressed_body_is_decoded_where_that_is_asked_for() -> None:
    """Each chunk is then what it added to the decoded body."""
    wire = gzip.compress(b"it is acme-4711!\n")
    response = Response(200, (("content-encoding", "gzip"),), (Chunk(0, wire[:12]), Chunk(5, wire[12:])))
    packed = Exchange(0, Request("GET", "https://h/"), response, Ending(How.COMPLETE))
    after = redacted_exchange(packed, Redactor(extra_patterns=[r"acme-\d+"], decode=True))
    assert after.response is not None
    assert after.response.headers == ()
    assert after.response.body() == b"it is redacted-!\n"
    assert after.extra == {"res": {"decoded": "gzip"}}


def test_the_head_is_redacted_with_the_exchanges() -> None:
    """Its notes are the user's own text."""
    after = redacted(Cassette({"notes": ["for acme-4711"]}, []), Redactor(extra_patterns=[r"acme-\d+"]))
    assert after.head == {"notes": ["for redacted-"]}

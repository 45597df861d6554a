"""What redaction promises for any text, any secret and any cut."""

from __future__ import annotations

import json
from base64 import b64encode
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.redaction.anew import redacted_exchange
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.placeholder import is_placeholder, placeholder
from harness.cassettes.redaction.redactor import Redactor
from harness.cassettes.redaction.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNS = 'abkz019KQ-_./+=&"\\ :@?é%{}<'
PIECES = [
    *(shape.prefix.decode() for shape in SHAPES), *(shape.example for shape in SHAPES),
    '"api_key":"', '"password" : "', '\\"client_secret\\": \\"', "&access_token=", "?key=", "Bearer ",
    "Basic ", "https://", "@host/",
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", 'name="api_key"\r\n\r\n',
    "x-api-key: ", "'x-api-key': '", "X-Auth-Token:", "Authorization: ", "long-" * 8, "a1b2c3", "e4",
    "arn:aws:s3::123456789012:", '"', '\\"', "\n",
    "\\n", "%3D", "redacted-", "redacted", "Zk3vQ9xLm2TtY7wR", "dXNlcjpwYXNz", "authorization", ": ", "x", " ",
    "_", "-",
]  # fmt: skip
text = st.lists(st.sampled_from(PIECES) | st.text(SIGNS, max_size=20), max_size=12).map("".join)
secrets = st.text(SIGNS, min_size=8, max_size=40).filter(
    lambda value: not value.isspace() and len(set(value)) > 3
)
cuts = st.lists(st.integers(0, 2000), max_size=12)


def pieces(data: bytes, places: Sequence[int]) -> list[bytes]:
    """`data` cut at the places, modulo its length."""
    marks = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:stop] for start, stop in pairwise(marks)]


def redacted(redactor: Redactor, parts: Sequence[bytes]) -> bytes:
    """What comes out of a body redactor."""
    body = redactor.body((), "response.body")
    return b"".join([*map(body.feed, parts), body.finish()])


@given(text, secrets, cuts, st.integers(0, 1))
def test_what_comes_out_does_not_depend_on_how_it_was_cut(
    some: str, secret: str, places: list[int], more: int
) -> None:
    """A stream in any pieces gives what the whole gives, of the same length."""
    redactor = Redactor(values={"K": secret}, extra_patterns=[r"k\w+", r"z.*z"] if more else [])
    data = (some + secret + some[::-1]).encode()
    whole = redacted(redactor, [data])
    assert len(whole) == len(data)
    assert redacted(redactor, pieces(data, places)) == whole


@given(text, secrets)
def test_redacting_again_changes_nothing(some: str, secret: str) -> None:
    """Redaction is idempotent."""
    redactor = Redactor(values={"K": secret})
    once = redacted(redactor, [(some + secret + some).encode()])
    assert redacted(redactor, [once]) == once


@given(text, text, secrets, st.integers(0, 6), cuts)
def test_no_known_secret_survives(
    before: str, after: str, secret: str, disguise: int, places: list[int]
) -> None:
    """Raw, escaped for JSON once or twice, percent-encoded, and within base64."""
    once = json.dumps(secret)[1:-1]
    forms = [secret, once, json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(once)[1:-1], quote(secret, safe=""),
             quote(secret), b64encode(b"user:" + secret.encode()).decode()]  # fmt: skip
    form = forms[disguise].encode()
    clean = redacted(Redactor(values={"K": secret}), pieces(before.encode() + form + after.encode(), places))
    assert form not in clean
    assert secret.encode() not in clean


@given(text, cuts)
def test_what_the_redactor_let_pass_trips_no_detector(some: str, places: list[int]) -> None:
    """The detector is stricter about nothing: an honest recording is never refused."""
    clean = redacted(Redactor(), pieces(some.encode(), places))
    assert Detector().find(clean) == []


@given(text, secrets, cuts)
def test_no_boundary_moves(some: str, secret: str, places: list[int]) -> None:
    """An exchange that is redacted anew has the same chunks, at the same times, of the same lengths."""
    data = (some + secret).encode()
    chunks = tuple(Chunk(number * 7, piece) for number, piece in enumerate(pieces(data, places)))
    exchange = Exchange(
        0, Request("POST", "https://h/", (), data), Response(200, (), chunks), Ending(How.COMPLETE)
    )
    clean = redacted_exchange(exchange, Redactor(values={"K": secret}))
    assert clean.response is not None
    after = tuple(clean.response.chunks)
    assert [(chunk.at_us, len(chunk.data)) for chunk in after] == [
        (chunk.at_us, len(chunk.data)) for chunk in chunks
    ]
    assert b"".join(chunk.data for chunk in after) == clean.request.body
    assert secret.encode() not in clean.request.body


@given(
    st.sampled_from(["x-api-key", "X-Goog-Api-Key", "api-key", "x-auth-token", "proxy-authorization"]),
    st.sampled_from(["{}: {}", "{}:{}", "'{}': '{}'", '{}: "{}"', '{}: \\"{}\\"']),
    st.from_regex(r"[a-z]{2}[0-9]{2}[A-Za-z0-9]{2,9}([._~+/=-][A-Za-z0-9]{1,9}){0,2}", fullmatch=True),
    st.sampled_from(["Incorrect ", "(", "\\n", "\n", ""]),
    cuts,
)
def test_no_quoted_header_survives(
    name: str, frame: str, secret: str, before: str, places: list[int]
) -> None:
    """A value that looks drawn by lot, however short, behind the name of its field."""
    data = f"{before}{frame.format(name, secret)} was sent".encode()
    clean = redacted(Redactor(), pieces(data, places))
    assert clean == data.replace(secret.encode(), placeholder(name, len(secret)).encode())


@given(st.text(min_size=1, max_size=50), st.integers(1, 200))
def test_a_placeholder_has_its_length_and_is_recognised(label: str, length: int) -> None:
    """Whatever the label; and it is safe in a URL, a header and a JSON string."""
    hidden = placeholder(label, length)
    assert len(hidden) == length
    assert is_placeholder(hidden)
    assert quote(hidden) == hidden

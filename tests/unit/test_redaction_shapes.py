"""Every secret shape of the table, in every place where it may travel."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from harness.cassettes.exchange import Headers, Request
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.cassettes.redaction.shapes import SHAPES, Shape

AWS_SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY1"
AZURE_KEY = "4f9a27c1d35be8806f1e2d9c7ab34560"
SHAPELESS = {
    "aws-secret": AWS_SECRET,
    "azure-32": AZURE_KEY,
    "azure-84": "2Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNqBhSd3PlMcJQQJ99BCACYeBjFXJ3w3AAABACOGzvQr",
    "mistral": "Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa",
    "cohere": "Ua1KiOoXy5EzW0VrNqBhSd3PlMcGf8UjTv2Zk3vQ",
}

shapes = pytest.mark.parametrize(
    "shape",
    SHAPES,
    ids=[f"{place:02}-{shape.label}-{shape.prefix.decode()}" for place, shape in enumerate(SHAPES)],
)


def body(text: bytes, *cuts: int) -> bytes:
    """What comes out of a body redactor for `text` fed in the pieces between `cuts`."""
    redactor = Redactor().body((), "response.body")
    places = [0, *cuts, len(text)]
    out = b"".join(redactor.feed(text[start:stop]) for start, stop in pairwise(places))
    return out + redactor.finish()


def gone(secret: str, before: bytes, after: bytes) -> bool:
    """Whether a secret left a text without its length being changed."""
    return secret.encode() not in after and len(before) == len(after) and b"redacted-" in after


def test_the_table_holds_at_least_25_kinds() -> None:
    """The table is as wide as the providers that people use."""
    assert len({shape.label for shape in SHAPES}) >= 25
    assert len({shape.prefix for shape in SHAPES}) == len(SHAPES)


def test_the_manual_names_every_shape() -> None:
    """So that a reader can look up whether their provider's key is known."""
    page = (Path(__file__).parents[2] / "docs" / "redaction.md").read_text(encoding="utf-8")
    for shape in SHAPES:
        assert f"| {shape.label}" in page
        assert f"`{shape.prefix.decode()}`" in page


@shapes
def test_a_shape_is_hidden_in_any_request_header(shape: Shape) -> None:
    """Also in a header whose name says nothing."""
    for value in (shape.example, f"Bearer {shape.example}", f"key {shape.example};q=1"):
        for name in ("Authorization", "x-api-key", "X-Anything"):
            headers, found = Redactor().headers(((name, value),), "request.headers")
            assert gone(shape.example, value.encode(), headers[0][1].encode())
            assert found[0].where == f"request.headers.{name.lower()}"


@shapes
def test_a_shape_is_hidden_in_a_url(shape: Shape) -> None:
    """As a credential parameter, as one with a harmless name, and in the path."""
    for url in ("https://h/v1?key={}&alt=sse", "https://h/v1?q={}", "https://h/bot/{}/send", "https://{}@h/"):
        request, found = Redactor().request(Request("GET", url.format(shape.example)))
        assert gone(shape.example, url.format(shape.example).encode(), request.url.encode())
        assert found
        assert request.url.startswith("https://")


@shapes
def test_a_shape_is_hidden_in_a_request_body(shape: Shape) -> None:
    """In JSON, form and multipart bodies, and in free text."""
    bodies: list[tuple[str, bytes]] = [
        ("application/json", json.dumps({"messages": [{"content": f"my key:\n{shape.example}"}]}).encode()),
        ("application/x-www-form-urlencoded", b"grant_type=x&client_secret=" + shape.example.encode()),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="t"\r\n\r\n'
         + shape.example.encode() + b"\r\n--b--\r\n"),
        ("text/plain", b"it is (" + shape.example.encode() + b")."),
    ]  # fmt: skip
    for kind, data in bodies:
        headers: Headers = (("content-type", kind),)
        request, found = Redactor().request(Request("POST", "https://h/", headers, data))
        assert gone(shape.example, data, request.body), kind
        assert {redaction.where for redaction in found} == {"request.body"}


@shapes
def test_a_shape_is_hidden_in_a_response_wherever_the_body_is_cut(shape: Shape) -> None:
    """In one chunk, and in two, cut at every position: the same bytes come out."""
    event = (
        f'event: delta\ndata: {{"delta":"it is \\"{shape.example}\\", {shape.example}"}}\n\ndata: [DONE]\n\n'
    )
    whole = body(event.encode())
    assert gone(shape.example, event.encode(), whole)
    assert whole.count(b"redacted-") == 2
    for cut in range(len(event)):
        assert body(event.encode(), cut) == whole


@shapes
def test_a_shape_is_hidden_in_response_headers(shape: Shape) -> None:
    """Set-Cookie keeps the cookie's name and attributes."""
    headers, _ = Redactor().headers(
        (("Set-Cookie", f"session={shape.example}; Path=/; HttpOnly"), ("x-debug", f"used {shape.example}")),
        "response.headers",
    )
    assert headers[0][1].startswith("session=redacted-")
    assert headers[0][1].endswith("; Path=/; HttpOnly")
    assert gone(shape.example, f"used {shape.example}".encode(), headers[1][1].encode())


@shapes
def test_what_is_hidden_trips_no_detector_and_is_not_hidden_again(shape: Shape) -> None:
    """Placeholders are no secrets, whatever looks at them."""
    once = body(f"x {shape.example} y".encode())
    assert body(once) == once
    assert Detector().find(once) == []


@pytest.mark.parametrize("name", SHAPELESS)
def test_keys_without_a_shape_are_hidden_where_their_place_tells(name: str) -> None:
    """Azure, AWS, Mistral and Cohere keys look like hashes: headers, fields and variables tell them."""
    key = SHAPELESS[name]
    for header in ("api-key", "Ocp-Apim-Subscription-Key", "Authorization", "x-api-key"):
        headers, _ = Redactor().headers(((header, key),), "request.headers")
        assert gone(key, key.encode(), headers[0][1].encode())
    field = json.dumps({"aws_secret_access_key": key}).encode()
    assert gone(key, field, body(field))
    text = f"data: the value {key} came back\n\n".encode()
    redactor = Redactor(values={"SOME_KEY": key}).body((), "response.body")
    assert gone(key, text, redactor.feed(text) + redactor.finish())
    assert [redaction.label for redaction in redactor.redactions] == ["SOME_KEY"]


@pytest.mark.parametrize(
    "text",
    [
        "chatcmpl-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6F", "resp_68af296e8e408191a1120ab6383263c2059ab7a1d9f0c2b2",
        "msg_01XFDUDYJgAACzvnptvVoYEL", "call_Zk3vQ9xLm2TtY7wRb4HnCe8J", "fc_68af296e8e408191a1120ab6383263c2",
        "rs_68af296e8e408191a1120ab6383263c2", "toolu_01A09q90qw90lq917835lq9", "fp_44709d6fcb",
        "req_011CSHoEeqs5C35K2UUqR7Fy",
        "sk-learn-pipelines-with-columns", "task-4f9a27c1d35be8806f1e2d9c7ab34560", "sk-1234", "org-chart",
        "project_id",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "eyJhIjoxfQ", "basic dXNlcg==",
        "Bearer of bad news",
        "AKIA", "https://example.com/a?key=value&token=abc", "https://example.com:8080/@user", "your sk-... key",
        "gAAAAABm-sk-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K_hf_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K",
        '"token":"Hello1234567890abcdef"', '"prompt_cache_key":"user-1234567890"', '"max_tokens":16',
        '"key":"abc123def456"',
        '"password":{"type":"string"}', '"api_key":""', '"api_key":"${OPENAI_API_KEY}"', '"api_key":null',
        '"password":"mellon"',
    ],
)  # fmt: skip
def test_ordinary_text_passes_untouched(text: str) -> None:
    """Ids, hashes, blobs and manuals are no secrets; neither redactor nor detector takes them for one."""
    data = f'data: {{"delta": "{text} "}}\n\n'.encode()
    assert body(data) == data
    assert Detector().find(data) == []

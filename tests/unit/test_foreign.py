"""Telling formats apart by their content, and by their name where the content leaves it open."""

from __future__ import annotations

import json

import pytest

from harness.cassettes.foreign import detect, read_foreign
from harness.errors import ForeignFormatError

VCR = {
    "version": 1,
    "interactions": [
        {
            "request": {"method": "GET", "uri": "http://x/", "body": None, "headers": {}},
            "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "hi"}},
        }
    ],
}
VCR_YAML = b"""\
interactions:
- request: {body: null, headers: {}, method: GET, uri: 'http://x/'}
  response: {body: {string: hi}, headers: {}, status: {code: 200, message: OK}}
version: 1
"""
HAR = {"log": {"version": "1.2", "entries": []}}


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b'{"k":"head","schema":"llm-cassette/1"}\n{"k":"req"', "x", "cassette"),
        (b'{"k":"req","i":0}\n', "x", "cassette"),
        (VCR_YAML, "x", "vcr-yaml"),
        (b"---\n# made by hand\nversion: 1\ninteractions: []\n", "x", "vcr-yaml"),
        (b"- request: {}\n", "x", "vcr-yaml"),
        (b"a: 1\n", "x.yml", "vcr-yaml"),
        (b"data: 1\n", "x.yaml", "vcr-yaml"),
        (b"data: 1\ninteractions: []\n", "x.YAML", "vcr-yaml"),
        (json.dumps(VCR).encode(), "x", "vcr-json"),
        (json.dumps(VCR).encode()[:60], "x", "vcr-json"),
        (b'[{"request": {}, "response": {}}]', "x", "vcr-json"),
        (json.dumps(HAR).encode(), "x", "har"),
        (b"\xef\xbb\xbf" + json.dumps(HAR).encode(), "x.json", "har"),
        (b'{"log": ', "x.har", "har"),
        (b"{}", "x.har", "har"),
        (b"data: {}\n\n", "x", "sse"),
        (b"\xef\xbb\xbf\r\nevent: a\r\ndata\r\n", "x", "sse"),
        (b": ping\n\n", "x", "sse"),
        (b"retry", "x", "sse"),
        (b"nonsense", "x.sse", "sse"),
        (b'{"id": "resp_1"}', "x", "json"),
        (b"[1, 2]", "x", "json"),
        (b'{"id": ', "x.json", "unknown"),
        (b"<!DOCTYPE html><p>502", "x.sse", "html"),
        (b" \n", "x.sse", "empty"),
        (b"database: 5\n", "x", "unknown"),
        (b"\x00\x01", "x", "unknown"),
    ],
)
def test_the_content_decides_and_the_name_helps(data: bytes, name: str, expected: str) -> None:
    """A file is known whatever it is called, unless it could be two things."""
    assert detect(data, name) == expected


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (VCR_YAML, "vcrpy YAML, version 1"),
        (json.dumps(VCR).encode(), "vcrpy JSON, version 1"),
        (json.dumps(HAR).encode(), "HAR 1.2"),
        (b"data: 1\n\n", "plain SSE body"),
        (b"{}", "plain JSON body"),
    ],
)
def test_every_foreign_format_is_read_by_its_own_reader(data: bytes, source: str) -> None:
    """The cassette's head names the format."""
    read = read_foreign(data, "dir/x")

    assert read.head["source"] == source
    assert read.source == "dir/x"


def test_the_request_of_a_plain_body_can_be_given() -> None:
    """Rules that depend on the request need it."""
    (exchange,) = read_foreign(b"data: 1\n\n", request=b'{"stream":true}').exchanges

    assert exchange.request.body == b'{"stream":true}'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the input is empty"),
        (b"<html>", "the input is a web page"),
        (b"\x89PNG", "the input is in no format that can be read"),
        (b'{"k":"head"}', "this is a cassette of this tool, not a foreign recording"),
        (b'{"id": ', "the input is in no format that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected_or_what_to_do(
    data: bytes, message: str
) -> None:
    """Exit code 4, and a sentence instead of a traceback."""
    with pytest.raises(ForeignFormatError) as caught:
        read_foreign(data, "dir/x")

    assert caught.value.message == message
    assert caught.value.exit_code == 4
    assert caught.value.where == "dir/x"
    assert caught.value.expected or caught.value.hint

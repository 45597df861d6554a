"""Cassettes of vcrpy: what is read, what comes back exactly, what an export refuses."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path  # noqa: TC003 - a fixture's type
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import (
    Cassette,
    Chunk,
    Ending,
    Exchange,
    How,
    Request,
    Response,
    header,
)
from harness.cassettes.vcr import read_vcr
from harness.errors import ForeignFormatError


def yaml_of(request: str, response: str, rest: str = "version: 1") -> bytes:
    """A cassette with one interaction, from the text of its two halves."""
    halves = (("- request:", request), ("  response:", response))
    lines = ["interactions:"]
    for title, half in halves:
        lines += [title, *("    " + line for line in dedent(half).strip("\n").splitlines())]
    return "\n".join([*lines, rest, ""]).encode()


PLAIN_REQUEST = """
    body: '{"stream":true}'
    headers:
      Accept: ['*/*']
    method: POST
    uri: https://api.example.com/v1/chat/completions
"""
PLAIN_RESPONSE = """
    body: {string: "data: 1\\n\\n"}
    headers:
      content-type: [text/event-stream]
    status: {code: 200, message: OK}
"""


def only(read: Cassette) -> tuple[Request, Response, bytes]:
    """Request, response and body of a cassette's only exchange."""
    (one,) = read.exchanges
    assert one.response is not None
    return one.request, one.response, one.response.body()


class TestReading:
    """What other people's files become."""

    def test_an_interaction_becomes_a_complete_exchange_with_one_chunk_at_zero(self) -> None:
        """Nothing is known of time, and the head says so."""
        read = read_vcr(yaml_of(PLAIN_REQUEST, PLAIN_RESPONSE), name="a.yaml")

        assert read.head == {"source": "vcrpy YAML, version 1", "timing": "none"}
        assert read.source == "a.yaml"
        assert read.exchanges == (
            Exchange(
                0,
                Request(
                    "POST",
                    "https://api.example.com/v1/chat/completions",
                    (("Accept", "*/*"),),
                    b'{"stream":true}',
                ),
                Response(
                    200, (("content-type", "text/event-stream"),), (Chunk(0, b"data: 1\n\n"),), reason="OK"
                ),
                Ending(How.COMPLETE),
            ),
        )

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ('{string: "é"}', "é".encode()),
            ("{string: !!binary H4sIAAAA}", b"\x1f\x8b\x08\x00\x00\x00"),
            ("{string: !!python/unicode 'old'}", b"old"),
            ('{string: !!python/str "caf\\xE9"}', "café".encode()),
            ("{string: null}", b""),
            ("null", b""),
            ("text", b"text"),
            ("{encoding: utf-8, string: text}", b"text"),
            ("{encoding: UTF-8, base64_string: aGVs\n        bG8=}", b"hello"),
            ('{model: m, input: "é"}', '{"model":"m","input":"é"}'.encode()),
            ("[1, {a: null}]", b'[1,{"a":null}]'),
            (
                "!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary aGVsbG8=, 0, null]}",
                b"hello",
            ),
            (
                "!!python/object/apply:builtins.iter {args: [[!!binary aGU=, !!binary bGxv]]}",
                b"hello",
            ),
        ],
    )
    def test_a_body_is_read_in_every_form_that_was_ever_written(self, body: str, expected: bytes) -> None:
        """Text, binary, tags of Python 2, files, iterators, base64 and parsed JSON."""
        response = f"body: {body}\nheaders: {{}}\nstatus: {{code: 200, message: OK}}"

        assert only(read_vcr(yaml_of(PLAIN_REQUEST, response)))[2] == expected

    def test_a_tag_that_vcrpy_refuses_is_read_as_the_data_below_it(self) -> None:
        """Nothing is run, and the recording is not lost."""
        response = """
            body: {string: x}
            headers: !!python/object/new:some.Headers
              content-type: [text/plain]
            status: !!python/object/apply:builtins.dict {args: [{code: 204, message: No}]}
        """
        _, answer, body = only(read_vcr(yaml_of(PLAIN_REQUEST, response)))

        assert answer.status == 204
        assert answer.headers == (("content-type", "text/plain"),)
        assert body == b"x"

    def test_a_tag_that_would_run_code_runs_none(self, tmp_path: Path) -> None:
        """A cassette from anywhere may be read."""
        bait = tmp_path / "bait"
        response = f"""
            body: {{string: !!python/object/apply:os.mkdir ['{bait.as_posix()}']}}
            headers: {{}}
            status: {{code: 200, message: OK}}
        """
        read_vcr(yaml_of(PLAIN_REQUEST, response))

        assert not bait.exists()

    def test_parsed_bodies_are_written_as_compact_json(self) -> None:
        """pydantic-ai's serializer keeps JSON parsed; the length in the head is no longer true."""
        request = """
            headers: {content-type: [application/json]}
            method: POST
            parsed_body: {model: m, messages: [{role: user, content: "é"}], stream: true}
            uri: https://api.example.com/v1/messages
        """
        response = """
            headers:
              content-length: ['99']
              content-type: [application/json; charset=utf-8]
            parsed_body: {id: msg_1, when: 2026-11-21}
            status: {code: 200, message: OK}
        """
        read = read_vcr(yaml_of(request, response))
        sent, answer, body = only(read)

        assert sent.body == '{"model":"m","messages":[{"role":"user","content":"é"}],"stream":true}'.encode()
        assert body == b'{"id":"msg_1","when":"2026-11-21"}'
        assert header(answer.headers, "content-length") is None
        assert read.head["notes"] == [
            "exchange 0: content-length 99 left out: the body was kept with 34 bytes",
            "exchange 0: the request body was kept parsed; spaces and escapes are not the original's",
            "exchange 0: the response body was kept parsed; spaces and escapes are not the original's",
        ]

    @pytest.mark.parametrize(
        ("content_type", "expected"), [("application/json", b'"hi"'), ("text/event-stream", b"hi")]
    )
    def test_parsed_text_is_a_json_string_only_below_a_json_content_type(
        self, content_type: str, expected: bytes
    ) -> None:
        """Elsewhere the text is the body."""
        response = f"""
            headers: {{content-type: [{content_type}]}}
            parsed_body: hi
            status: {{code: 200, message: OK}}
        """
        assert only(read_vcr(yaml_of(PLAIN_REQUEST, response)))[2] == expected

    def test_the_flat_response_of_the_first_httpx_support_is_read(self) -> None:
        """Versions 4 and 5 of vcrpy wrote `status_code` and a decoded `content`."""
        response = """
            content: '{"ok":true}'
            headers: {content-type: application/json, content-encoding: gzip}
            http_version: HTTP/2
            status_code: 200
        """
        read = read_vcr(yaml_of(PLAIN_REQUEST, response))
        _, answer, body = only(read)

        assert (answer.status, answer.http_version, body) == (200, "HTTP/2", b'{"ok":true}')
        assert header(answer.headers, "content-encoding") is None
        assert read.head["decoded"] is True

    def test_a_body_that_is_still_encoded_keeps_its_encoding(self) -> None:
        """The wire bytes and the field that names their coding stay together."""
        packed = base64.b64encode(gzip.compress(b"hello", mtime=0)).decode()
        response = f"""
            body: {{string: !!binary {packed}}}
            headers: {{content-encoding: [gzip]}}
            status: {{code: 200, message: OK}}
        """
        read = read_vcr(yaml_of(PLAIN_REQUEST, response))

        assert gzip.decompress(only(read)[2]) == b"hello"
        assert header(only(read)[1].headers, "content-encoding") == "gzip"
        assert "decoded" not in read.head

    def test_repeated_fields_become_repeated_pairs(self) -> None:
        """A response may set several cookies; numbers and bools of a careless YAML are text again."""
        response = """
            body: {string: ''}
            headers: {Set-Cookie: [a=1, b=2], x-n: 5, x-b: [true]}
            status: {code: 200, message: null}
        """
        answer = only(read_vcr(yaml_of(PLAIN_REQUEST, response)))[1]

        assert answer.headers == (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("x-n", "5"), ("x-b", "true"))
        assert answer.reason == ""

    def test_json_cassettes_are_read_with_base64_and_with_escaped_bytes(self) -> None:
        """A surrogate of an undecodable byte gives that byte."""
        document = {
            "version": 1,
            "interactions": [
                {
                    "request": {"method": "get", "uri": "http://x/", "body": None, "headers": {}},
                    "response": {
                        "status": {"code": "200", "message": "OK"},
                        "headers": {},
                        "body": {"base64_string": base64.b64encode(b"\xff\x00").decode()},
                    },
                },
                {
                    "request": {"method": "GET", "uri": "http://x/", "body": "a\udcff", "headers": {}},
                    "response": {"status": {"code": 200, "message": "OK"}, "body": {"string": "\ud800"}},
                },
            ],
        }
        first, second = read_vcr(json.dumps(document).encode()).exchanges

        assert first.response is not None
        assert second.response is not None
        assert (first.request.method, first.response.body()) == ("GET", b"\xff\x00")
        assert (second.request.body, second.response.body()) == (b"a\xff", b"\xed\xa0\x80")

    def test_a_cassette_of_betamax_says_who_recorded_it(self) -> None:
        """Its list is called `http_interactions`, otherwise it has the same form."""
        document = {
            "http_interactions": [
                {
                    "request": {"method": "GET", "uri": "http://x/", "headers": {}, "body": {"string": ""}},
                    "response": {
                        "status": {"code": 200, "message": "OK"},
                        "headers": {},
                        "body": {"encoding": "utf-8", "string": "hi"},
                    },
                }
            ],
            "recorded_with": "betamax/0.9",
        }
        read = read_vcr(json.dumps(document).encode())

        assert only(read)[2] == b"hi"
        assert read.head["source"] == "betamax/0.9 JSON"

    def test_metadata_of_others_is_named_but_not_kept(self) -> None:
        """It may hold anything, and the redactor does not look at heads."""
        rest = "metadata: {account: secret-value}\nversion: 1"
        head = read_vcr(yaml_of(PLAIN_REQUEST, PLAIN_RESPONSE, rest)).head

        assert head["notes"] == ["the document's metadata was left out: account"]
        assert "secret-value" not in str(head)


class TestRefusing:
    """What is no cassette of vcrpy gets one error that says what was seen."""

    @pytest.mark.parametrize(
        ("data", "message", "found"),
        [
            (b"version: 1\nservices: {}\n", "no cassette of vcrpy", "a map with the keys version, services"),
            (b"interactions: {}\n", "no cassette of vcrpy", "a map with the keys interactions"),
            (b"- a\n- b\n", "YAML, but no cassette", "a list"),
            (b"", "YAML, but no cassette", "nothing"),
            (b"just words", "YAML, but no cassette", "a str"),
            (b"a: [1\nb: }", "broken YAML", "did not find"),
            (b"a: 1\n---\nb: 2\n", "broken YAML", "document"),
            (b"\xff\xfe", "not UTF-8 text", "byte 0"),
            (b'{"interactions": [', "broken JSON", "line 1"),
            (b"interactions:\n- 5\n", "an interaction cannot be read", "is a int"),
            (b"interactions:\n- {request: {}}\n", "an interaction cannot be read", "with the keys request"),
            (
                b"interactions:\n- {request: {}, response: {status: {code: many}}}\n",
                "an interaction cannot be read",
                "status code",
            ),
            (
                b"interactions:\n- {request: {}, response: {status: 200, body: {base64_string: '%'}}}\n",
                "an interaction cannot be read",
                "not base64",
            ),
        ],
    )
    def test_each_kind_of_bad_input_is_told_apart(self, data: bytes, message: str, found: str) -> None:
        """The message says what is wrong and what was there instead, and where."""
        with pytest.raises(ForeignFormatError) as caught:
            read_vcr(data, name="bad.yaml")

        assert caught.value.message == message
        assert found in str(caught.value.found)
        assert "bad.yaml" in str(caught.value.where)

    def test_a_cassette_from_before_version_1_is_sent_to_the_migration(self) -> None:
        """There is a script for it."""
        with pytest.raises(ForeignFormatError, match=r"vcr\.migration"):
            read_vcr(b"- request: {host: x}\n  response: {}\n")

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            _nested := lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(
                        [
                            "interactions",
                            "request",
                            "response",
                            "body",
                            "string",
                            "headers",
                            "status",
                            "code",
                            "stream",
                            "len",
                            "at",
                            "redactions",
                            "metadata",
                            "harness",
                            "base64_string",
                            "parsed_body",
                            "content",
                        ]
                    ),
                    inner,
                    max_size=4,
                ),
            ),
            max_leaves=12,
        )
    )
    def test_no_document_whatever_gives_another_error(self, value: object) -> None:
        """Any JSON document is read or refused."""
        for document in (value, {"interactions": [value]}, _interaction(value)):
            try:
                read = read_vcr(json.dumps(document).encode())
            except ForeignFormatError:
                continue
            assert isinstance(read, Cassette)


def _interaction(value: object) -> dict[str, object]:
    response = value if isinstance(value, dict) else {"body": value}
    return {
        "interactions": [
            {"request": {"body": value, "headers": value}, "response": {"status": 200} | response}
        ]
    }

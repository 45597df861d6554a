"""Cassettes of vcrpy: what is read, what comes back exactly, what an export refuses."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path  # noqa: TC003 - a fixture's type
from textwrap import dedent
from typing import Any

import httpx
import pytest
import vcr
from hypothesis import given
from hypothesis import strategies as st
from vcr.serialize import deserialize, serialize
from vcr.serializers import yamlserializer

from harness.cassettes.exchange import (
    Cassette,
    Chunk,
    Ending,
    Exchange,
    Headers,
    How,
    Redaction,
    Request,
    Response,
    header,
)
from harness.cassettes.vcr import read_vcr
from harness.cassettes.vcr_export import unexportable, write_vcr
from harness.errors import ExportRefused, ForeignFormatError

STREAM = 'data: {"delta":"é"}\n\ndata: [DONE]\n\n'.encode()


def exchange(index: int = 0, **changes: Any) -> Exchange:
    """An exchange with everything in it that an export can hold."""
    cut = STREAM.index("é".encode()) + 1
    fields: dict[str, Any] = {
        "index": index,
        "request": Request(
            "POST",
            "http://127.0.0.1:9/v1/chat/completions",
            (("host", "127.0.0.1:9"), ("Accept", "*/*"), ("content-type", "application/json")),
            b'{"stream":true}',
        ),
        "response": Response(
            200,
            (
                ("X-Request-Id", "1"),
                ("content-type", "text/event-stream"),
                ("a", "1"),
                ("b", "2"),
                ("a", "3"),
            ),
            (Chunk(0, STREAM[:cut]), Chunk(20113, STREAM[cut:])),
            reason="OK",
            http_version="HTTP/2",
            at_us=213_400,
            trailers=(("x-checksum", "7"),),
        ),
        "ending": Ending(How.COMPLETE, at_us=20_200),
        "at_us": 17,
        "redactions": (Redaction("request.headers.authorization", "bearer", 1),),
    }
    return Exchange(**(fields | changes))


def cassette(*exchanges: Exchange) -> Cassette:
    """A cassette whose head has a text that looks like a time, and a number."""
    return Cassette({"tool": "harness 0", "recorded": "2026-11-21T01:30:00Z", "n": 1.5}, exchanges)


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


HEADER_NAMES = st.text("abcXYZ-", min_size=1, max_size=4)
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
HEADERS: st.SearchStrategy[Headers] = st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=5).map(tuple)
BODIES = st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
TIMES = st.integers(0, 10**12)


@st.composite
def exchanges(draw: st.DrawFn, index: int) -> Exchange:
    """Any exchange that YAML can hold."""
    chunks = tuple(Chunk(draw(TIMES), draw(BODIES)) for _ in range(draw(st.integers(0, 4))))
    return Exchange(
        index,
        Request(
            draw(st.sampled_from(["GET", "POST"])), draw(st.text(max_size=10)), draw(HEADERS), draw(BODIES)
        ),
        Response(
            draw(st.sampled_from([200, 404])),
            draw(HEADERS),
            chunks,
            reason=draw(HEADER_VALUES),
            http_version=draw(st.sampled_from(["HTTP/1.1", "HTTP/2"])),
            at_us=draw(TIMES),
            trailers=draw(HEADERS),
        ),
        Ending(How.COMPLETE, at_us=draw(TIMES)),
        at_us=draw(TIMES),
        redactions=tuple(
            Redaction("request.url", "key", times) for times in draw(st.lists(TIMES, max_size=2))
        ),
    )


class TestExport:
    """What vcrpy gets, and what comes back from it."""

    @given(st.data())
    def test_reading_an_export_gives_the_cassette_back(self, data: st.DataObject) -> None:
        """Bytes, boundaries, times, field order, head: also after vcrpy has loaded and saved the file."""
        written = cassette(*(data.draw(exchanges(index)) for index in range(data.draw(st.integers(0, 2)))))
        exported = write_vcr(written)
        requests, responses, *metadata = deserialize(exported.decode(), yamlserializer)
        saved_again = serialize(
            {"requests": requests, "responses": responses, "metadata": metadata[0]}, yamlserializer
        )

        assert read_vcr(exported) == written
        assert read_vcr(saved_again.encode()) == written

    def test_an_export_is_ascii_yaml_with_the_times_on_one_line(self) -> None:
        """A diff of two recordings shows times in one place."""
        text = write_vcr(cassette(exchange())).decode("ascii")

        assert "\n      at: 0 20113\n" in text
        assert f"\n      len: {STREAM.index(0xA9)} {len(STREAM) - STREAM.index(0xA9)}\n" in text

    def test_vcrpy_replays_an_export_without_the_server(self, tmp_path: Path) -> None:
        """Nothing listens at the recorded address; vcrpy answers from the file, byte for byte."""
        tape = tmp_path / "tape.yaml"
        tape.write_bytes(write_vcr(cassette(exchange())))
        match_on = ["method", "uri", "body"]

        with (
            vcr.use_cassette(str(tape), record_mode="none", match_on=match_on) as played,
            httpx.Client() as client,
        ):
            answer = client.post(
                "http://127.0.0.1:9/v1/chat/completions",
                content=b'{"stream":true}',
                headers={"content-type": "application/json"},
            )

        assert answer.status_code == 200
        assert answer.reason_phrase == "OK"
        assert answer.content == STREAM
        assert answer.headers.get_list("a") == ["1", "3"]
        assert played.play_count == 1

    def test_vcrpy_replays_compressed_bodies_of_an_export(self, tmp_path: Path) -> None:
        """Wire bytes stay wire bytes; the client decodes them."""
        packed = gzip.compress(STREAM, mtime=0)
        one = exchange(
            response=Response(
                200, (("content-encoding", "gzip"),), (Chunk(0, packed[:5]), Chunk(9, packed[5:]))
            )
        )
        tape = tmp_path / "tape.yaml"
        tape.write_bytes(write_vcr(cassette(one)))

        with vcr.use_cassette(str(tape), record_mode="none"), httpx.Client() as client:
            assert client.post(one.request.url).content == STREAM

    def test_a_body_edited_by_hand_loses_its_wire_index_and_says_so(self) -> None:
        """Boundaries of another body would be an invention."""
        edited = write_vcr(cassette(exchange())).replace(b"[DONE]", b"[END]")
        read = read_vcr(edited)

        assert [chunk.at_us for chunk in read.exchanges[0].response.chunks] == [0]  # type: ignore[union-attr]
        assert read.head["timing"] == "none"
        assert read.head["notes"] == [
            "exchange 0: the wire index does not fit the body any more and was left out"
        ]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"ending": Ending(How.SERVER_CUT, exception="RemoteProtocolError")}, "ended with server_cut"),
            ({"ending": Ending(How.CLIENT_CLOSE)}, "ended with client_close"),
            ({"response": None}, "no response came"),
            ({"response": Response(101)}, "WebSocket"),
            ({"request": Request("GET", "wss://x/")}, "WebSocket"),
            ({"response": Response(200, (("x", "é"),))}, "not ASCII"),
        ],
    )
    def test_an_export_refuses_what_yaml_cannot_hold(self, changes: dict[str, Any], reason: str) -> None:
        """All refused exchanges are listed with their reason; nothing is written in part."""
        tape = cassette(exchange(0), exchange(1, **changes))

        with pytest.raises(ExportRefused) as caught:
            write_vcr(tape)

        assert "1 of 2" in caught.value.message
        assert "exchange 1: " in str(caught.value.found)
        assert reason in str(caught.value.found)
        assert [index for index, _ in unexportable(tape)] == [1]

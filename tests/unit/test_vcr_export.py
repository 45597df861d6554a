"""Exports to vcrpy: what comes back exactly, what vcrpy replays, what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path  # noqa: TC003 - a fixture's type
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
)
from harness.cassettes.vcr import read_vcr
from harness.cassettes.vcr_export import unexportable, write_vcr
from harness.errors import ExportRefused

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
        kept = {"metadata": metadata[0]} if metadata else {}
        saved_again = serialize({"requests": requests, "responses": responses, **kept}, yamlserializer)

        for text in (exported, saved_again.encode()):
            again = read_vcr(text)
            assert again.exchanges == written.exchanges
            # vcrpy before 9.4 knows no metadata, and drops the head.
            assert not metadata or again.head == written.head

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
            ({"ending": Ending(How.CANCELLED)}, "ended with cancelled"),
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


class TestWholeBodies:
    """A body is whole where a reader would have been given all of it."""

    def test_a_client_that_left_after_done_left_a_whole_body(self) -> None:
        """The OpenAI SDK closes there, so most Chat recordings end so; the ending comes back with them."""
        left = cassette(exchange(ending=Ending(How.CLIENT_CLOSE, at_us=20_200)))

        back = read_vcr(write_vcr(left))

        assert unexportable(left) == []
        assert back.exchanges == left.exchanges

    def test_a_client_that_left_before_did_not(self) -> None:
        """The beginning of a stream would be sold as all of it."""
        response = Response(200, (), (Chunk(0, b"data: 1\n\n"),))
        left = cassette(exchange(response=response, ending=Ending(How.CLIENT_CLOSE)))

        with pytest.raises(ExportRefused, match="client_close"):
            write_vcr(left)

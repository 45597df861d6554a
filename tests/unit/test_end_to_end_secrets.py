"""No secret reaches the disk, wherever it travels; clients get every byte of it, and all lengths stay."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import brotli
import httpx
import pytest
import zstandard

import harness
from harness.cassettes.exchange import How
from harness.errors import SecretFound
from harness.io.files import read_cassette
from harness.jobs.record import record_server
from tests.invented_secrets import EVERYWHERE, PLACES, SHAPED, VARIABLES, Visit, event, placed, visits
from tests.planting import ROUTES, Planted, Watch, through_proxy, url
from tests.rerecording import chunks_of
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cassettes.exchange import Exchange


def assert_lengths(exchange: Exchange, visit: Visit) -> None:
    """Everything that was hidden is as long as it was."""
    request, response = exchange.request, exchange.response
    assert len(request.body) == len(visit.body)
    assert len(httpx.URL(request.url).query) == len(httpx.URL("http://h/?" + visit.query).query)
    recorded = {name.lower(): value for name, value in request.headers}
    for name, value in visit.headers:
        # What is meant for a proxy ends at one (RFC 9110, section 11.7.1).
        if name != "proxy-authorization" or name in recorded:
            assert len(recorded[name.lower()]) == len(value)
    assert response is not None
    assert len(response.reason) == len(visit.reason)
    answered = {name.lower(): value for name, value in response.headers}
    for name, value in visit.fields:
        assert len(answered[name.lower()]) == len(value)
    assert [len(data) for data in chunks_of(exchange)] == [len(data) for data in visit.chunks]


def assert_hidden(route: Any, folder: Path, planned: list[Visit], secret: str) -> list[Exchange]:
    """Record visits; the client feels nothing, and no file holds the secret at any moment."""
    folder.mkdir()
    watch = Watch(folder, secret)
    path = folder / "session.cassette.jsonl"
    received = route(path, planned, watch)
    watch.look()

    assert received == [b"".join(visit.chunks) for visit in planned]
    assert watch.looks > len(planned)
    exchanges: list[Exchange] = list(read_cassette(path).exchanges)
    assert len(exchanges) == len(planned)
    for exchange, visit in zip(exchanges, planned, strict=True):
        assert_lengths(exchange, visit)
        assert (exchange.ending.how is How.COMPLETE) == (not visit.error)
    assert [file.name for file in folder.iterdir()] == [path.name]
    return exchanges


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that holds secrets."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_secret_is_in_no_file_wherever_it_stands(name: str, route: Any, tmp_path: Path) -> None:
    """Header, URL, request, answer, event, error; split over two chunks at every third byte."""
    secret = EVERYWHERE[name]
    exchanges = assert_hidden(route, tmp_path / "cassettes", visits(secret), secret)
    assert all(exchange.redactions for exchange in exchanges if exchange.ending.how is How.COMPLETE)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("place", PLACES, ids=[str(place[0]) for place in PLACES])
def test_a_secret_that_is_known_by_its_place_is_in_no_file(
    place: tuple[str, str, str, tuple[str], str], route: Any, tmp_path: Path
) -> None:
    """Credential fields, cookies, parameters, forms, accounts: their values look like nothing by themselves."""
    _, kind, field, (text,), secret = place
    exchanges = assert_hidden(route, tmp_path / "cassettes", [placed(kind, field, text)], secret)
    assert exchanges[0].redactions or (field == "proxy-authorization" and route is through_proxy)


COMPRESS = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}
SECRET = SHAPED["openai-project"]


def compressed(encoding: str) -> Visit:
    """A secret inside a compressed stream."""
    wire = COMPRESS[encoding](event("so far so good") * 9 + event(f"it is {SECRET}"))
    fields = (("content-type", "text/event-stream"), ("content-encoding", encoding))
    return Visit(fields=fields, chunks=(wire[:20], wire[20:31], wire[31:]))


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_secret_inside_a_compressed_body_stops_its_recording_and_nothing_else(
    encoding: str, tmp_path: Path
) -> None:
    """The client gets its bytes, the other exchanges are sealed, and the error says what to do."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    watch = Watch(folder, SECRET)
    planned = [Visit(), compressed(encoding), Visit(chunks=(b"data: last\n\n",))]
    path = folder / "session.cassette.jsonl"
    received: list[bytes] = []
    tape = harness.cassette(path, raw_encoding=True)
    transport = tape.transport(httpx, inner=Planted(httpx, planned, watch.look))
    with httpx.Client(transport=transport) as client:
        for number, visit in enumerate(planned):
            with client.stream("POST", url("http://h.example", number, visit), content=b"{}") as response:
                received.append(b"".join(response.iter_raw()))
    with pytest.raises(SecretFound, match="--decode") as caught:
        tape.close()
    watch.look()

    assert "identity" in str(caught.value)
    assert received == [b"".join(visit.chunks) for visit in planned]
    exchanges = read_cassette(path).exchanges
    assert [exchange.ending.how for exchange in exchanges] == [
        How.COMPLETE,
        How.RECORDER_CRASH,
        How.COMPLETE,
    ]
    wire = b"".join(chunks_of(exchanges[1]))
    assert b"".join(planned[1].chunks).startswith(wire)
    assert SECRET.encode() not in decoded_as_far_as_possible(encoding, wire)


def decoded_as_far_as_possible(encoding: str, wire: bytes) -> bytes:
    """What a reader of a cut compressed body can make of it."""
    decoder: Any = {
        "gzip": lambda: zlib.decompressobj(31),
        "br": brotli.Decompressor,
        "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    }[encoding]()
    plain: bytes = (decoder.process if encoding == "br" else decoder.decompress)(wire)
    return plain


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_compressed_body_that_is_recorded_decoded_is_redacted(encoding: str, tmp_path: Path) -> None:
    """With `decode=True` the secret is hidden in the plain text, which is what is replayed."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    watch = Watch(folder, SECRET)
    visit = compressed(encoding)
    path = folder / "session.cassette.jsonl"
    with harness.cassette(path, raw_encoding=True, decode=True) as tape:
        transport = tape.transport(httpx, inner=Planted(httpx, [visit], watch.look))
        with (
            httpx.Client(transport=transport) as client,
            client.stream("POST", "http://h.example/v1") as response,
        ):
            assert b"".join(response.iter_raw()) == b"".join(visit.chunks)
    watch.look()

    with harness.cassette(path, mode="none") as tape, tape.client(httpx) as client:
        response = client.post("http://h.example/v1")
    plain = event("so far so good") * 9 + event(f"it is {SECRET}")
    assert "content-encoding" not in response.headers
    assert len(response.content) == len(plain)
    assert response.content.startswith(event("so far so good") * 9)
    assert b"redacted-openai-key" in response.content


@pytest.mark.parametrize("decode", [False, True])
def test_a_secret_in_a_compressed_answer_through_the_proxy(tmp_path: Path, *, decode: bool) -> None:
    """The client gets the wire's bytes; the summary says what was left out, or all is there and redacted."""
    visit = compressed("gzip")
    wire = b"".join(visit.chunks)

    def script(connection: Any, request: bytes) -> None:
        body = wire if b"/secret" in request.split(b"\r\n")[0] else gzip.compress(b"data: nothing\n\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    path = tmp_path / "session.cassette.jsonl"
    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path, decode=decode) as proxy, httpx.Client() as client:
            received = []
            for name in ("secret", "other"):
                with client.stream("POST", f"{proxy.url}/{name}") as response:
                    received.append(b"".join(response.iter_raw()))
        summary = proxy.summary()

    assert received[0] == wire
    assert read_cassette(path).head.get("decoded") == (True if decode else None)
    assert summary.exchanges == 2
    watch = Watch(tmp_path, SECRET)
    watch.look()
    first, second = read_cassette(path).exchanges
    assert second.ending.how is How.COMPLETE
    if decode:
        assert not summary.refusals
        assert first.ending.how is How.COMPLETE
        assert b"redacted-openai-key" in b"".join(chunks_of(first))
    else:
        assert [type(error) for error in summary.refusals] == [SecretFound]
        assert "--decode" in str(summary.refusals[0])
        assert first.ending.how is How.RECORDER_CRASH


def test_an_error_message_that_quotes_the_upstream_is_redacted(tmp_path: Path) -> None:
    """A head that is none is quoted by the HTTP library: the client is cut off, the text is hidden."""

    def script(connection: Any, _: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nno field {SECRET}\r\n\r\n".encode())
        connection.close()

    path = tmp_path / "session.cassette.jsonl"
    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path) as proxy, pytest.raises(httpx.RemoteProtocolError):
            httpx.post(proxy.url + "/v1")
        with (
            harness.cassette(tmp_path / "tape.cassette.jsonl") as tape,
            tape.client(httpx) as client,
            pytest.raises(httpx.RemoteProtocolError, match=SECRET),
        ):
            client.post(upstream.url)
    Watch(tmp_path, SECRET).look()

    for name in ("session", "tape"):
        ending = read_cassette(tmp_path / f"{name}.cassette.jsonl").exchanges[0].ending
        assert ending.how is How.SERVER_CUT
        assert "redacted-openai-key" in str(ending.message)


def test_the_head_says_that_a_body_was_decoded_also_where_it_was_added_later(tmp_path: Path) -> None:
    """The rest of the head stays as it was."""
    path = tmp_path / "session.cassette.jsonl"
    plain = Visit(chunks=(event("so far so good"),))
    for number, visit in enumerate((plain, compressed("gzip"))):
        with harness.cassette(
            path, mode="new_episodes", raw_encoding=True, decode=True, head={"notes": "kept"}
        ) as tape:
            transport = tape.transport(httpx, inner=Planted(httpx, [visit], lambda: None))
            with httpx.Client(transport=transport) as client:
                client.post(f"http://h.example/{number}", content=visit.body)
        head = read_cassette(path).head
        assert head["notes"] == "kept"
        assert head.get("decoded") == (None if visit is plain else True)
    assert len(read_cassette(path).exchanges) == 2

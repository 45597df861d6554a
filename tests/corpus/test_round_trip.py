"""Every real stream and answer of the corpus is recorded from its replay and comes back as it was."""

from __future__ import annotations

import random
import shutil
import threading
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

import harness
from harness.cassettes.exchange import Cassette, Exchange, How
from harness.cassettes.redaction.redactor import Redactor
from harness.io.files import recover
from harness.jobs.record import record_server
from harness.jobs.replay import replay_server
from tests.corpus.sessions import (
    COMPRESS,
    ENDINGS,
    HEAD,
    HOP,
    Real,
    answers,
    sample,
    seeded_cuts,
    streams,
)
from tests.rerecording import ask_again, chunks_of, rerecord, rows_without_times
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable
    from pathlib import Path
    from types import ModuleType


pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def sessions(corpus: Path) -> list[Real]:
    """All sessions of the corpus."""
    found = [*streams(corpus), *answers(corpus)]
    assert len(found) > 2_500
    return found


def write(path: Path, exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Write a cassette; give its exchanges, numbered."""
    numbered = [replace(exchange, index=index) for index, exchange in enumerate(exchanges)]
    harness.write_cassette(Cassette(HEAD, numbered), path)
    return numbered


def assert_recorded_as_played(recorded: Exchange, played: Exchange) -> None:
    """All but times, and what had to be hidden, is the same."""
    redactor = Redactor()
    hidden = {redaction.where for redaction in recorded.redactions}
    assert recorded.request == redactor.request(played.request)[0]
    assert (recorded.response is None) == (played.response is None)
    if recorded.response is not None and played.response is not None:
        ours, theirs = recorded.response, played.response
        assert (ours.status, ours.reason, ours.http_version) == (
            theirs.status,
            theirs.reason,
            theirs.http_version,
        )
        assert ours.headers == redactor.headers(theirs.headers, "response.headers")[0]
        if "response.body" in hidden:
            assert [len(data) for data in chunks_of(recorded)] == [len(data) for data in chunks_of(played)]
        else:
            assert chunks_of(recorded) == chunks_of(played)


def assert_round_trip(
    exchanges: Iterable[Exchange], folder: Path, module: ModuleType, *, asynchronous: bool = False
) -> list[Exchange]:
    """Record a replay, twice, and record the replay of that; give the first recording."""
    paths = [folder / f"{name}.cassette.jsonl" for name in ("played", "first", "second", "again")]
    played_path, first_path, second_path, again_path = paths
    played = write(played_path, exchanges)
    received = rerecord(played_path, first_path, module, asynchronous=asynchronous)
    first: list[Exchange] = list(harness.read_cassette(first_path).exchanges)

    assert len(first) == len(played)
    for got, ours, theirs in zip(received, first, played, strict=True):
        assert got == [data for data in chunks_of(theirs) if data], theirs.request.headers
        assert_recorded_as_played(ours, theirs)
        if theirs.ending.how is not How.RECORDER_CRASH:
            assert ours.ending.how is theirs.ending.how
            if theirs.ending.exception not in {None, "CancelledError"}:
                assert (ours.ending.exception, ours.ending.message) == (
                    theirs.ending.exception,
                    theirs.ending.message,
                )

    rerecord(played_path, second_path, module, asynchronous=asynchronous)
    assert rows_without_times(second_path) == rows_without_times(first_path)

    received = rerecord(first_path, again_path, module, asynchronous=asynchronous)
    assert received == [[data for data in chunks_of(ours) if data] for ours in first]
    assert rows_without_redactions(again_path) == rows_without_redactions(first_path)

    for path in (first_path, again_path):
        rewritten = folder / "rewritten.cassette.jsonl"
        harness.write_cassette(harness.read_cassette(path), rewritten)
        assert rewritten.read_bytes() == path.read_bytes()
    return first


def rows_without_redactions(path: Path) -> list[dict[str, Any]]:
    """Rows without times; what is hidden already is not counted as hidden again."""
    return [
        {name: value for name, value in row.items() if name != "redactions"}
        for row in rows_without_times(path)
    ]


modules = pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])


@modules
def test_every_session_comes_back(sessions: list[Real], module: ModuleType, tmp_path: Path) -> None:
    """Bytes, chunk boundaries, heads and requests of all streams and answers, in one cassette."""
    # The body of the transport is one for both modules, so the second may have a part of them.
    exchanges = [real.exchange() for real in sessions[:: 1 if module is httpx else 4]]
    first = assert_round_trip(exchanges, tmp_path, module)

    hidden = [exchange for exchange in first if {"response.body"} & {it.where for it in exchange.redactions}]
    assert len(hidden) < len(first) / 20, "real answers hold no keys, but for a few that were asked to"


@modules
def test_sessions_come_back_through_async_clients(
    sessions: list[Real], module: ModuleType, tmp_path: Path
) -> None:
    """The same for a sample, awaited."""
    exchanges = [real.exchange() for real in sample(sessions, 200, seed=1)]
    assert_round_trip(exchanges, tmp_path, module, asynchronous=True)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@modules
def test_every_ending_comes_back(
    sessions: list[Real], module: ModuleType, *, asynchronous: bool, tmp_path: Path
) -> None:
    """Cut, reset, timed out or left anywhere: the same bytes, then the same exception with the same text."""
    draw = random.Random(2)
    # Only a task can be cancelled; what a crash leaves is made below.
    kinds = [
        how for how in How if how is not How.RECORDER_CRASH and (asynchronous or how is not How.CANCELLED)
    ]
    exchanges = []
    for number, real in enumerate(sample(sessions, 180, seed=3)):
        stop = draw.randrange(len(real.body) + 1)
        cut = replace(real, body=real.body[:stop], sizes=())
        exchanges.append(cut.exchange(kinds[number % len(kinds)]))
    exchanges += [
        replace(exchange, response=None, ending=replace(exchange.ending, exception=exception))
        for exchange, exception in zip(
            exchanges[:3], ["ConnectError", "ConnectTimeout", "RemoteProtocolError"], strict=True
        )
        for exchange in [replace(exchange, ending=ENDINGS[ENDING_OF[exception]])]
    ]
    assert_round_trip(exchanges, tmp_path, module, asynchronous=asynchronous)


ENDING_OF = {
    "ConnectError": How.RESET,
    "ConnectTimeout": How.TIMEOUT,
    "RemoteProtocolError": How.SERVER_CUT,
}


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@modules
def test_compressed_sessions_come_back(
    sessions: list[Real], module: ModuleType, *, asynchronous: bool, tmp_path: Path
) -> None:
    """gzip, br and zstd: the wire bytes in their chunks, whole or cut."""
    encodings = list(COMPRESS)
    exchanges = [
        real.exchange(encoding=encodings[number % 3], how=How.COMPLETE if number % 4 else How.SERVER_CUT)
        for number, real in enumerate(sample(sessions, 150, seed=4))
    ]
    assert_round_trip(exchanges, tmp_path, module, asynchronous=asynchronous)


def test_what_a_crash_leaves_comes_back(sessions: list[Real], tmp_path: Path) -> None:
    """A recorder that dies behind any chunk has that chunk; it is replayed up to there, and recorded again."""
    draw = random.Random(5)
    for number, real in enumerate(sample(sessions, 40, seed=6)):
        folder = tmp_path / str(number)
        folder.mkdir()
        stop = draw.randrange(1, len(real.body) + 1)
        cut = replace(real, body=real.body[:stop], sizes=()).exchange(How.CLIENT_CLOSE)
        write(folder / "played.cassette.jsonl", [cut])
        left = folder / "left.cassette.jsonl.part"
        with (
            harness.cassette(folder / "played.cassette.jsonl", mode="none") as played,
            harness.cassette(folder / "lost.cassette.jsonl", mode="all", raw_encoding=True) as tape,
            httpx.Client(transport=tape.transport(httpx, inner=played.transport(httpx))) as client,
        ):
            ask_again(client, httpx, cut, partial(shutil.copy, f"{tape.path}.part", left))
        recovered = recover(left)
        exchange = harness.read_cassette(recovered.path).exchanges[0]
        assert (recovered.whole, recovered.open) == (0, 1)
        assert exchange.ending.how is How.RECORDER_CRASH
        body = b"".join(chunks_of(exchange))
        assert real.body[:stop].startswith(body)
        assert stop - len(body) <= 64, "more is missing than a tail that may have begun a secret"

        rerecord(recovered.path, folder / "again.cassette.jsonl", httpx)
        again = harness.read_cassette(folder / "again.cassette.jsonl").exchanges[0]
        assert chunks_of(again) == chunks_of(exchange)
        assert again.ending.how is How.SERVER_CUT
        assert again.ending.message == "the recording ends here: recorder_crash"


THROUGH_A_PROXY = {
    How.TIMEOUT: How.CLIENT_CLOSE,
    How.CANCELLED: How.CLIENT_CLOSE,
    How.RECORDER_CRASH: How.SERVER_CUT,
}
"""What a proxy sees where a client gives up, and where its upstream replays what a crash left."""


def test_sessions_come_back_over_http(sessions: list[Real], tmp_path: Path) -> None:
    """Replay server, record proxy, client: bytes, heads and endings, whole, cut, reset, left or timed out."""
    draw = random.Random(7)
    # Every other one is whole; one in thirty keeps its client waiting until that gives up.
    kinds = {1: How.SERVER_CUT, 3: How.RESET, 5: How.CLIENT_CLOSE, 7: How.RECORDER_CRASH, 13: How.TIMEOUT}
    exchanges = []
    for number, real in enumerate(sample(sessions, 150, seed=8)):
        how = kinds.get(number % 30 if number % 30 == 13 else number % 10, How.COMPLETE)
        stop = len(real.body) if how is How.COMPLETE else draw.randrange(1, len(real.body) + 1)
        exchanges.append(replace(real, body=real.body[:stop], sizes=()).exchange(how))
    played = write(tmp_path / "played.cassette.jsonl", exchanges)
    with (
        replay_server(tmp_path / "played.cassette.jsonl", pace="instant") as upstream,
        record_server(upstream.url, tmp_path / "proxied.cassette.jsonl", raw_encoding=True) as proxy,
        httpx.Client(timeout=0.5) as client,
    ):
        received = [through(client, proxy.url, exchange) for exchange in played]
    assert upstream.summary().played == len(played)

    recorded: list[Exchange] = list(harness.read_cassette(tmp_path / "proxied.cassette.jsonl").exchanges)
    assert len(recorded) == len(played)
    redactor = Redactor()
    for got, ours, theirs in zip(received, recorded, played, strict=True):
        name = dict(theirs.request.headers)["x-corpus"]
        body = b"".join(chunks_of(theirs))
        assert got == body, name
        assert (
            ours.request.url
            == redactor.request(
                replace(theirs.request, url=upstream.url + httpx.URL(theirs.request.url).raw_path.decode())
            )[0].url
        )
        assert ours.request.body == redactor.request(theirs.request)[0].body, name
        assert ours.ending.how is THROUGH_A_PROXY.get(theirs.ending.how, theirs.ending.how), name
        assert ours.response is not None
        assert theirs.response is not None
        fields = tuple(field for field in ours.response.headers if field[0].lower() not in HOP)
        assert fields == redactor.headers(theirs.response.headers, "response.headers")[0], name
        recorded_body = b"".join(chunks_of(ours))
        if "response.body" in {redaction.where for redaction in ours.redactions}:
            assert len(recorded_body) == len(body), name
        else:
            assert recorded_body == body, name

    received_again = rerecord(tmp_path / "proxied.cassette.jsonl", tmp_path / "again.cassette.jsonl", httpx)
    assert received_again == [chunks_of(ours) for ours in recorded]
    again = harness.read_cassette(tmp_path / "again.cassette.jsonl").exchanges
    assert [it.ending.how for it in again] == [it.ending.how for it in recorded]


def through(client: httpx.Client, base: str, exchange: Exchange) -> bytes:
    """Ask through a proxy; give the bytes that came, and check how they ended."""
    path = httpx.URL(exchange.request.url).raw_path.decode("ascii")
    sent = replace(
        exchange.request,
        url=base + path,
        headers=tuple(field for field in exchange.request.headers if field[0].lower() not in {"host", *HOP}),
    )
    return b"".join(ask_again(client, httpx, replace(exchange, request=sent)))


def test_chunks_that_are_awaited_keep_their_boundaries_over_http(
    sessions: list[Real], tmp_path: Path
) -> None:
    """The upstream sends a chunk only when the client has the one before, so each is a read of its own."""
    reals = [real for real in sample(sessions, 60, seed=9) if len(real.body) > 1]
    bodies: list[list[bytes]] = []
    for real in reals:
        response = replace(real, sizes=seeded_cuts(real.name + "+", real.body)).exchange().response
        assert response is not None
        bodies.append([data for _, data in response.chunks])
    seen = threading.Semaphore(0)
    turn = iter(bodies)

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        for data in next(turn):
            connection.sendall(http_chunk(data))
            assert seen.acquire(timeout=60)
        connection.sendall(LAST_CHUNK)

    with (
        ScriptedServer(script) as upstream,
        record_server(upstream.url, tmp_path / "proxied.cassette.jsonl") as proxy,
        httpx.Client() as client,
    ):
        for body in bodies:
            ends = set(accumulate(map(len, body)))
            size = 0
            with client.stream("POST", proxy.url + "/v1") as answer:
                for data in answer.iter_raw():
                    size += len(data)
                    if size in ends:
                        seen.release()
    assert not upstream.errors

    recorded = harness.read_cassette(tmp_path / "proxied.cassette.jsonl").exchanges
    assert [len(body) for body in bodies] == [len(chunks_of(exchange)) for exchange in recorded]
    for body, exchange in zip(bodies, recorded, strict=True):
        assert [len(data) for data in chunks_of(exchange)] == [len(data) for data in body]
        assert exchange.redactions or chunks_of(exchange) == body

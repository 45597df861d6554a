"""Recordings played over HTTP: bytes, chunks, times, endings, sessions, misses."""

from __future__ import annotations

import math
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.matching.policy import MatchPolicy
from harness.cassettes.pace import INSTANT, Pace, parse_pace
from harness.errors import CassetteError, HarnessError
from tests.replaying import CHAT, COMPLETE, EVENTS, SSE, ask, asking, recorded, serve, talk

if TYPE_CHECKING:
    from collections.abc import Iterator


WIRE = (
    b"HTTP/1.1 200 Fine\r\nContent-Type: text/event-stream\r\nX-Request-Id: req_1\r\n"
    b"transfer-encoding: chunked\r\n%b\r\n"
    b"7\r\ndata: \xc3\r\n3\r\n\xa9\n\n\r\n8\r\ndata: 2\n\r\n1\r\n\n\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("pace", ["instant", "recorded", "x2"])
def test_an_answer_has_the_recorded_head_chunks_and_no_invented_field(pace: str) -> None:
    """Each recorded chunk is one HTTP chunk, at any pace, prepared or not."""
    with serve(recorded(gap_us=2_000), pace=parse_pace(pace)) as server:
        assert (
            talk(server, asking() + asking("hi", "Connection: close"))
            == WIRE % b"" + WIRE % b"connection: close\r\n"
        )


def test_hop_by_hop_fields_of_the_recording_are_not_played() -> None:
    """They told of the recorded connection, not of this one."""
    headers = (*SSE, ("Transfer-Encoding", "chunked"), ("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"))
    with serve(recorded(headers=headers)) as server:
        assert talk(server, asking("hi", "Connection: close")) == WIRE % b"connection: close\r\n"


def test_a_recorded_length_is_kept_and_the_body_is_not_chunked() -> None:
    """As the client of the recording saw it; the connection stays open after it."""
    headers = (("content-type", "application/json"), ("content-length", "7"))
    with serve(recorded(parts=(b'{"a"', b":1}"), headers=headers)) as server:
        received = talk(server, asking() + asking("hi", "Connection: close"))
    answer = b'HTTP/1.1 200 Fine\r\ncontent-type: application/json\r\ncontent-length: 7\r\n%b\r\n{"a":1}'
    assert received == answer % b"" + answer % b"connection: close\r\n"


def test_a_recorded_length_beside_chunks_cuts_nothing_off() -> None:
    """The recording keeps both fields as they came; its body is the one that the chunks gave."""
    headers = (("content-length", "5"), ("transfer-encoding", "chunked"))
    with serve(recorded(headers=headers)) as server:
        answer = ask(server)
    assert answer.content == b"".join(EVENTS)
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("size", [5, 2_000_000])
def test_a_length_that_the_recorded_body_does_not_have_breaks_the_connection(size: int) -> None:
    """A cut recording with a length is met as a cut, small or large."""
    headers = (("content-length", "9999999"),)
    with serve(recorded(parts=(b"z" * size,), headers=headers, ending=Ending(How.SERVER_CUT))) as server:
        assert talk(server, asking()).count(b"z") == size


def test_a_large_body_is_played_lazily_with_every_chunk() -> None:
    """Above what is kept prepared, the same frames come."""
    parts = [b"%06d" % number * 100 for number in range(5_000)]
    with serve(recorded(parts=parts)) as server, httpx.Client() as client:
        for _ in range(2):
            url = server.url + "/v1/chat/completions"
            with client.stream("POST", url, json={"prompt": "hi"}) as response:
                assert b"".join(response.iter_raw()) == b"".join(parts)


def test_chunks_come_at_their_recorded_times() -> None:
    """Not before (but for half a millisecond, which event loops cannot tell), and the end comes after the last."""
    gap = 0.03
    exchange = recorded(gap_us=int(gap * 1e6), ending=Ending(How.COMPLETE, int(4 * gap * 1e6)))
    with serve(exchange, pace=Pace()) as server, httpx.Client() as client:
        url = server.url + "/v1/chat/completions"
        start = time.monotonic()
        with client.stream("POST", url, json={"prompt": "hi"}) as response:
            arrivals = [time.monotonic() - start for _ in response.iter_raw()]
        ended = time.monotonic() - start
    assert len(arrivals) == len(EVENTS)
    for number, arrival in enumerate(arrivals):
        assert arrival >= number * gap - 0.001
    assert ended >= 4 * gap - 0.001


def test_a_late_head_is_late_and_times_count_from_it() -> None:
    """The recorded time to the first byte is kept; a client that leaves before it is no trouble."""
    exchange = recorded(gap_us=20_000)
    assert exchange.response is not None
    late = Exchange(0, exchange.request, replace(exchange.response, at_us=150_000), COMPLETE)
    with serve(late, pace=Pace()) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock:
            sock.sendall(asking())
        start = time.monotonic()
        with httpx.stream("POST", server.url + "/v1/chat/completions", json={"prompt": "hi"}) as response:
            head = time.monotonic() - start
            response.read()
        assert head >= 0.149
        assert time.monotonic() - start >= 0.209


def test_a_body_is_cut_anew_as_the_pace_says() -> None:
    """One byte at a time: one HTTP chunk for each byte."""
    with serve(recorded(), pace=parse_pace("bytes:1")) as server:
        received = talk(server, asking("hi", "Connection: close"))
    body = b"".join(EVENTS)
    assert received.endswith(b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")


@pytest.mark.parametrize("how", [How.SERVER_CUT, How.RECORDER_CRASH, How.CLIENT_CLOSE, How.CANCELLED])
@pytest.mark.parametrize("pace", [Pace(), INSTANT])
def test_an_ending_that_is_not_complete_ends_the_connection_at_the_same_byte(how: How, pace: Pace) -> None:
    """Every recorded byte comes, and no terminating chunk."""
    with serve(recorded(ending=Ending(how)), pace=pace) as server:
        assert talk(server, asking()) == (WIRE % b"").removesuffix(b"0\r\n\r\n")


def test_a_recorded_reset_is_met_as_a_reset_after_the_last_byte() -> None:
    """ECONNRESET, with all bytes before it."""
    received = b""
    with (
        serve(recorded(ending=Ending(How.RESET))) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock,
    ):
        sock.sendall(asking())
        with pytest.raises(ConnectionResetError):  # noqa: PT012 - only the last read may raise
            while part := sock.recv(65_536):
                received += part
    assert received == (WIRE % b"").removesuffix(b"0\r\n\r\n")


def test_a_recorded_timeout_keeps_the_connection_open_without_a_byte() -> None:
    """The client's own limit runs out again."""
    with serve(recorded(ending=Ending(How.TIMEOUT))) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(server.url + "/v1/chat/completions", json={"prompt": "hi"}, timeout=0.2)
        start = time.monotonic()
    assert time.monotonic() - start < 4, "a stream that only waits for its client holds the server up"


def test_a_recording_that_the_client_closed_after_done_is_whole_for_another_client() -> None:
    """The OpenAI SDK closes at `[DONE]`; a client that reads on meets the end of the body."""
    exchange = recorded(parts=(b"data: 1\n\n", b"data: [DONE]\n\n"), ending=Ending(How.CLIENT_CLOSE))
    with serve(exchange) as server:
        assert ask(server).text == "data: 1\n\ndata: [DONE]\n\n"


@pytest.mark.parametrize("how", [How.SERVER_CUT, How.RESET])
def test_a_recording_without_an_answer_gives_none(how: How) -> None:
    """The connection ends before a head."""
    exchange = Exchange(0, Request("POST", CHAT, (), b'{"prompt":"hi"}'), None, Ending(how))
    with serve(exchange) as server, pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        ask(server)


def test_head_requests_and_http_1_0_clients_get_the_recorded_answer() -> None:
    """The fast path is for the usual client; the others are answered, too."""
    exchange = recorded(method="HEAD", parts=(), headers=(("content-length", "99"),))
    with serve(recorded(), exchange) as server:
        received = talk(server, asking(method="HEAD") + asking("hi", "Connection: close"))
        old = talk(server, asking().replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert received == b"HTTP/1.1 200 Fine\r\ncontent-length: 99\r\n\r\n" + WIRE % b"connection: close\r\n"
    assert old.endswith(b"\r\nconnection: close\r\n\r\n" + b"".join(EVENTS))


def test_a_miss_is_a_404_that_explains_itself_and_is_not_retried() -> None:
    """The error has OpenAI's shape; the recording that is nearest is named."""
    with serve(recorded()) as server:
        response = ask(server, "other")
        report = httpx.get(server.url + "/@harness/report").json()
    assert response.status_code == 404
    assert response.headers["x-harness-miss"] == "true"
    assert response.headers["x-should-retry"] == "false"
    error = response.json()["error"]
    assert error["code"] == "no-matching-recording"
    assert "/prompt" in error["message"]
    assert report["misses"] == [error["message"]]
    assert report["played"] == 0
    assert [missing["url"] for missing in report["unplayed"]] == [CHAT]


def test_two_sessions_do_not_see_each_others_answers() -> None:
    """By field and by path; each session plays the repeats of a request from the first on."""
    strict = MatchPolicy(repeats="strict")
    first, second = recorded(parts=(b"first",)), recorded(parts=(b"second",))
    with serve(first, second, repeats=strict) as server:
        assert [ask(server, session=name).text for name in "aabb"] == ["first", "second", "first", "second"]
        url = server.url + "/@session/c%20d/v1/chat/completions"
        assert httpx.post(url, json={"prompt": "hi"}).text == "first"
        assert ask(server, session="c d").text == "second"
        assert [ask(server).text for _ in range(2)] == ["first", "second"]
        assert ask(server, session="a").status_code == 404
        report = httpx.get(server.url + "/@harness/report").json()
    assert report["sessions"] == {"": 2, "a": 2, "b": 2, "c d": 2}
    assert report["unplayed"] == []


def test_reset_starts_every_session_anew() -> None:
    """Counts, misses and positions are as at the start."""
    strict = MatchPolicy(repeats="strict")
    with serve(recorded(parts=(b"first",)), repeats=strict) as server:
        for name in (None, "a"):
            assert ask(server, session=name).text == "first"
            assert ask(server, session=name).status_code == 404
        assert httpx.get(server.url + "/@harness/reset").status_code == 405
        assert httpx.post(server.url + "/@harness/reset").json() == {"status": "ok"}
        report = httpx.get(server.url + "/@harness/report").json()
        assert report["misses"] == []
        assert report["played"] == 0
        assert len(report["unplayed"]) == 1
        for name in (None, "a"):
            assert ask(server, session=name).text == "first"


def test_health_is_told_and_other_own_paths_are_refused_by_name() -> None:
    """Under `/@harness/` nothing is looked up in the recordings."""
    with serve(recorded()) as server:
        assert httpx.get(server.url + "/@harness/health").json() == {"status": "ok"}
        unknown = httpx.get(server.url + "/@harness/helth")
    assert unknown.status_code == 404
    assert "/@harness/health" in unknown.json()["error"]["message"]
    assert "x-harness-miss" not in unknown.headers


def test_a_fault_changes_what_is_played() -> None:
    """A cut after the first event; a status instead of the recording."""
    with serve(recorded(), fault="cut:event=1") as server:
        assert talk(server, asking()).endswith(b"\xa9\n\n\r\n")
    with serve(recorded(), fault="status:429,retry_after=2") as server:
        response = ask(server)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize("fault", ["status:429,times=1", "empty:times=1"])
def test_a_fault_strikes_each_session_as_often_as_it_is_told(fault: str) -> None:
    """What another session met does not use it up; a reset starts the count anew."""
    with serve(recorded(), fault=fault) as server:

        def met(session: str | None) -> bool:
            answer = ask(server, session=session)
            return answer.status_code == 429 or not answer.content

        rounds = [[met(session) for session in ("one", "two", None, "one", "two", None)]]
        httpx.post(server.url + "/@harness/reset")
        rounds.append([met(session) for session in ("one", "one")])
    assert rounds == [[True, True, True, False, False, False], [True, False]]


def test_a_slow_reader_is_waited_for() -> None:
    """A body far above every buffer comes whole although its reader pauses, and is not held in memory."""
    part = b"z" * 65_536
    count = 800
    taken = 0

    class Counted:
        def __iter__(self) -> object:
            nonlocal taken
            for _ in range(count):
                taken += 1
                yield Chunk(0, part)

    exchange = recorded()
    lazy = Exchange(0, exchange.request, Response(200, SSE, Counted()), COMPLETE)  # type: ignore[arg-type]
    with serve(lazy) as server, socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock:
        sock.sendall(asking())
        received = sock.recv(65_536)
        before = -1
        while before != taken:
            before = taken
            time.sleep(0.05)
        assert taken < count / 2
        while not received.endswith(b"0\r\n\r\n"):
            received += sock.recv(1 << 20)
    assert received.count(b"z") == count * len(part)


class Failing:
    """A lazy body that cannot be read to its end."""

    def __init__(self, size: int, error: Exception) -> None:
        self._size = size
        self._error = error

    def __iter__(self) -> Iterator[Chunk]:
        for _ in range(0, self._size, 65_536):
            yield Chunk(0, b"z" * 65_536)
        raise self._error


GONE = CassetteError("the file changed while it was open", where="a.cassette.jsonl")


@pytest.mark.parametrize(
    ("error", "told"), [(GONE, "the file changed while it was open"), (KeyError("x"), "KeyError('x')")]
)
def test_a_stream_whose_body_cannot_be_read_on_is_cut_and_told(
    error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets what there was, and the end of the connection instead of silence; the report says why."""
    exchange = recorded()
    assert exchange.response is not None
    lazy = replace(exchange.response, chunks=Failing(4 << 20, error))
    with serve(replace(exchange, response=lazy)) as server:
        received = talk(server, asking())
        report = httpx.get(server.url + "/@harness/report").json()
    assert received.count(b"z") == 4 << 20
    assert not received.endswith(b"0\r\n\r\n")
    assert [told in line for line in report["errors"]] == [True]
    # What no input can cause is a mistake of ours, and logged with its traceback.
    assert len(caplog.records) == (not isinstance(error, HarnessError))


def test_a_body_that_cannot_be_read_at_all_is_a_500_that_says_why_and_is_not_retried() -> None:
    """Where nothing was sent yet, the client can be told; a reset forgets it."""
    exchange = recorded()
    assert exchange.response is not None
    lazy = replace(exchange.response, chunks=Failing(0, GONE))
    with serve(replace(exchange, response=lazy)) as server:
        answer = ask(server)
        errors = [httpx.get(server.url + "/@harness/report").json()["errors"]]
        httpx.post(server.url + "/@harness/reset")
        errors.append(httpx.get(server.url + "/@harness/report").json()["errors"])
    assert answer.status_code == 500
    assert "the file changed while it was open" in answer.json()["error"]["message"]
    assert answer.headers["x-should-retry"] == "false"
    assert errors == [[str(GONE)], []]


def test_two_hundred_streams_play_at_once() -> None:
    """All on one timetable, each whole."""
    exchange = recorded(gap_us=20_000, ending=Ending(How.COMPLETE, 60_000))
    with serve(exchange, pace=Pace()) as server:
        sockets = [socket.create_connection(("127.0.0.1", server.port), timeout=60) for _ in range(200)]
        for sock in sockets:
            sock.sendall(asking("hi", "Connection: close"))
        for sock in sockets:
            with sock:
                received = b""
                while part := sock.recv(65_536):
                    received += part
                assert received == WIRE % b"connection: close\r\n"


def test_instant_is_infinitely_fast() -> None:
    """An hour between two chunks is no wait."""
    with serve(recorded(gap_us=3_600_000_000), pace=Pace(speed=math.inf)) as server:
        assert ask(server).content == b"".join(EVENTS)

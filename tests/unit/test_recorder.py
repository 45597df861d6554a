"""The recorder that transports and the proxy share: times, endings, locks, failures, sealing."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
import time
from typing import TYPE_CHECKING

import httpx
import httpx2
import pytest

from harness.cassettes.exchange import Chunk, How, Redaction, Request, Response
from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import FileAccessError, SecretFound, UsageError
from harness.io.files import read_cassette, recover
from harness.io.partfile import PartFile
from harness.io.recorder import Recorder, ending_of
from tests import taped

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = Request("POST", "http://h.example/v1", (("host", "h.example"),), b"{}")
HEAD = Response(200, (("content-type", "text/event-stream"),), reason="OK")


class Ticking:
    """A clock that tells what it is set to."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def monotonic_us(self) -> int:
        """The time that was set."""
        return self.now

    def utc_now(self) -> str:
        """Always the same second."""
        return "2026-11-21T01:30:00Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "deep" / "session.cassette.jsonl"


def record(recorder: Recorder, *chunks: bytes, how: How = How.COMPLETE) -> None:
    """One exchange."""
    take = recorder.begin(REQUEST)
    take.respond(HEAD)
    for data in chunks:
        take.chunk(data)
    take.end(how)


def test_times_are_taken_at_each_call(path: Path) -> None:
    """The head's since the request, chunks' and the ending's since the head, the request's since the start."""
    clock = Ticking()
    with Recorder(path, clock=clock) as recorder:
        recorder.begin(REQUEST).end(How.RESET)
        clock.now += 500
        take = recorder.begin(REQUEST)
        clock.now += 70
        take.respond(HEAD)
        for data in (b"data: a\n\n", b"data: b\n\n"):
            clock.now += 30
            take.chunk(data)
        clock.now += 5
        take.end(How.COMPLETE)

    first, second = taped.loaded(read_cassette(path))
    assert (first.at_us, first.ending.at_us, first.response) == (0, 0, None)
    assert second.response is not None
    assert (second.at_us, second.response.at_us, second.ending.at_us) == (500, 70, 65)
    assert second.response.chunks == (Chunk(30, b"data: a\n\n"), Chunk(60, b"data: b\n\n"))


def test_the_head_says_when_by_what_and_whatever_else_is_given(path: Path) -> None:
    """Provenance comes with every recording."""
    with Recorder(path, clock=Ticking(), head={"dialect": "chat", "notes": "made up"}) as recorder:
        record(recorder)

    head = read_cassette(path).head
    assert head["recorded"] == "2026-11-21T01:30:00Z"
    assert str(head["tool"]).startswith("harness ")
    assert (head["dialect"], head["notes"], head["timing"]) == ("chat", "made up", "wire")


def test_only_the_first_end_counts(path: Path) -> None:
    """A stream that was read to its end and is closed then was not left by its client."""
    with Recorder(path) as recorder:
        take = recorder.begin(REQUEST)
        take.respond(HEAD)
        assert not take.ended
        take.end(How.COMPLETE)
        assert take.ended
        take.end(How.CLIENT_CLOSE)
        take.fail(httpx.ReadError("too late"))
        take.chunk(b"too late")

    (exchange,) = taped.loaded(read_cassette(path))
    assert exchange.ending.how is How.COMPLETE
    assert exchange.response is not None
    assert exchange.response.chunks == ()


class Trio:
    """What stands for trio, which need not be installed."""

    class Cancelled(BaseException):
        """As trio's."""


@pytest.mark.parametrize(
    ("error", "how"),
    [
        *((getattr(module, name)("x"), how) for module in (httpx, httpx2) for name, how in [
            ("ReadTimeout", How.TIMEOUT), ("ConnectTimeout", How.TIMEOUT), ("WriteTimeout", How.TIMEOUT),
            ("PoolTimeout", How.TIMEOUT), ("RemoteProtocolError", How.SERVER_CUT), ("ReadError", How.RESET),
            ("WriteError", How.RESET), ("ConnectError", How.RESET), ("CloseError", How.RESET),
        ]),
        (TimeoutError(), How.TIMEOUT),
        (ConnectionResetError(104, "reset"), How.RESET),
        (asyncio.CancelledError(), How.CANCELLED),
        (Trio.Cancelled(), How.CANCELLED),
        (KeyboardInterrupt(), How.CANCELLED),
        (GeneratorExit(), How.CLIENT_CLOSE),
    ],
    ids=lambda value: type(value).__module__ + "." + type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_an_exception_says_how_an_exchange_ended(error: BaseException, how: How, path: Path) -> None:
    """Its class is kept, and its text."""
    assert ending_of(error) is how
    with Recorder(path) as recorder:
        recorder.begin(REQUEST).fail(error)

    ending = read_cassette(path).exchanges[0].ending
    assert (ending.how, ending.exception, ending.message or "") == (how, type(error).__name__, str(error))


def test_nothing_lies_on_the_disk_before_the_first_exchange_and_all_of_it_after_each_chunk(
    path: Path,
) -> None:
    """What a killed recorder leaves holds every chunk that it was told of."""
    part = path.with_name(path.name + ".part")
    recorder = Recorder(path)
    assert not path.parent.exists()
    take = recorder.begin(REQUEST)
    assert b'"k":"req"' in part.read_bytes()
    take.respond(HEAD)
    assert b'"k":"res"' in part.read_bytes()
    for number in range(3):
        take.chunk(b"data: %d\n\n" % number)
        assert b"data: %d" % number in part.read_bytes()
    assert not path.exists()
    take.end(How.COMPLETE)
    assert recorder.close() == path
    assert not part.exists()
    assert recorder.close() is None


def test_what_is_open_when_the_session_ends_was_left_by_its_client(path: Path) -> None:
    """All open streams are sealed with what had come."""
    recorder = Recorder(path)
    takes = [recorder.begin(REQUEST) for _ in range(3)]
    for take in takes[:2]:
        take.respond(HEAD)
        take.chunk(b"data: a\n\n")
    takes[0].end(How.COMPLETE)
    recorder.close()
    for take in takes:
        take.chunk(b"too late")
        take.end(How.RESET)

    hows = [exchange.ending.how for exchange in read_cassette(path).exchanges]
    assert hows == [How.COMPLETE, How.CLIENT_CLOSE, How.CLIENT_CLOSE]


def test_appending_continues_the_numbers_and_keeps_what_was_there(path: Path) -> None:
    """Also when a session was killed in between and recovered."""
    with Recorder(path) as recorder:
        record(recorder, b"data: 0\n\n")
    before = path.read_bytes().splitlines()
    with Recorder(path, append=True) as recorder:
        record(recorder, b"data: 1\n\n")
    part = path.with_name(path.name + ".part")
    killed = Recorder(path, append=True)
    record(killed, b"data: 2\n\n")
    lines = part.read_bytes()
    killed.close()
    part.write_bytes(lines)
    read_back = [exchange.index for exchange in read_cassette(path).exchanges]

    assert read_back == [0, 1, 2]
    assert path.read_bytes().splitlines()[: len(before) - 1] == before[:-1]


def test_an_earlier_recording_that_was_never_sealed_is_not_overwritten(path: Path) -> None:
    """The error says how to keep it; afterwards recording goes on."""
    path.parent.mkdir()
    with PartFile(path) as left:
        killed = Recorder(path.with_name("other.cassette.jsonl"))
        record(killed, b"data: 0\n\n")
        left.append(path.with_name("other.cassette.jsonl.part").read_bytes())
    recorder = Recorder(path)
    with pytest.raises(FileAccessError, match="harness cassette recover"):
        recorder.begin(REQUEST)
    recover(left.path)
    record(recorder, b"data: 1\n\n")
    recorder.close()
    killed.close()

    assert len(read_cassette(path).exchanges) == 1


def test_two_recorders_of_one_cassette_do_not_mix(path: Path) -> None:
    """The second one is refused while the first one records."""
    with Recorder(path) as first:
        record(first)
        with pytest.raises(FileAccessError, match="another recorder"):
            Recorder(path).begin(REQUEST)
        record(first)

    assert len(read_cassette(path).exchanges) == 2


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_disk_that_fails_is_told_at_the_end_and_not_to_the_client(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No call raises while the client is served; what was written before is sealed."""
    recorder = Recorder(path)
    record(recorder, b"data: whole\n\n")
    take = recorder.begin(REQUEST)
    take.respond(HEAD)

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"harness.io.partfile.os.{call}", fail)
        take.chunk(b"data: lost\n\n")
        take.end(How.COMPLETE)
        deadline = time.monotonic() + 60
        while not recorder.refusals and time.monotonic() < deadline:
            time.sleep(0.001)  # a disk is waited for in the background
    assert {str(error.found) for error in recorder.refusals} == {"No space left on device"}
    with pytest.raises(FileAccessError, match="No space left"):
        recorder.close()

    first, second = taped.loaded(read_cassette(path))
    assert first.ending.how is How.COMPLETE
    assert second.ending.how is (How.RECORDER_CRASH if call == "write" else How.COMPLETE)


def test_a_request_that_cannot_be_redacted_is_left_out_and_told_at_the_end(path: Path) -> None:
    """The others are sealed, and count from 0 without a gap."""
    recorder = Recorder(path, redactor=Redactor(), detector=None)
    record(recorder, b"data: a\n\n")
    blind = Recorder(path.with_name("blind.cassette.jsonl"), redactor=Seeing())
    secret = Request("POST", "http://h.example/sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K", (), b"{}")
    take = blind.begin(secret)
    take.respond(HEAD)
    take.chunk(b"data: x\n\n")
    take.end(How.COMPLETE)
    record(blind, b"data: b\n\n")
    with pytest.raises(SecretFound, match="live key"):
        blind.close()
    recorder.close()

    (exchange,) = taped.loaded(read_cassette(blind.path))
    assert exchange.index == 0
    assert exchange.request.url == "http://h.example/v1"
    assert b"sk-proj" not in blind.path.read_bytes()


def test_what_is_refused_as_the_last_stream_ends_is_told_as_well(path: Path) -> None:
    """What may begin a key is held back, and seen when the stream is over: here, as the recorder closes."""
    recorder = Recorder(path, redactor=Redactor(), detector=Detector(values={"WORD": "hush-hush"}))
    take = recorder.begin(REQUEST)
    take.respond(HEAD)
    take.chunk(b"data: sk-hush-hush")
    assert recorder.refusals == ()
    with pytest.raises(SecretFound):
        recorder.close()


class Seeing(Redactor):
    """A redactor with a hole: it lets requests through as they are."""

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        """The request, with all that is in it."""
        return request, ()


def test_a_slow_disk_does_not_hold_the_client_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams end while the disk is busy; sealing waits for it."""
    free = threading.Event()
    busy = threading.Event()

    def slow(_: object) -> None:
        busy.set()
        assert free.wait(60)

    recorder = Recorder(path)
    with monkeypatch.context() as patch:
        patch.setattr("harness.io.partfile.os.fsync", slow)
        for _ in range(20):
            record(recorder, b"data: a\n\n")
        assert busy.wait(60)
        threading.Timer(0.05, free.set).start()
        recorder.close()

    assert free.is_set()
    assert len(read_cassette(path).exchanges) == 20


def test_many_threads_record_at_once(path: Path) -> None:
    """No row is torn, and every exchange has its own chunks in order."""

    def work(name: int) -> None:
        for number in range(20):
            take = recorder.begin(Request("POST", f"http://h.example/{name}/{number}"))
            take.respond(HEAD)
            for chunk in range(5):
                take.chunk(b"data: %d %d %d\n\n" % (name, number, chunk))
            take.end(How.COMPLETE)

    with Recorder(path) as recorder:
        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    exchanges = taped.loaded(read_cassette(path))
    assert len(exchanges) == recorder.begun == 160
    for exchange in exchanges:
        name, number = exchange.request.url.split("/")[3:]
        assert exchange.response is not None
        assert [data for _, data in exchange.response.chunks] == [
            f"data: {name} {number} {chunk}\n\n".encode() for chunk in range(5)
        ]


def test_a_closed_recorder_takes_nothing_more(path: Path) -> None:
    """Another exchange would begin a new recording in place of the one that was just sealed."""
    recorder = Recorder(path)
    record(recorder, b"data: kept\n\n")
    recorder.close()
    sealed = path.read_bytes()
    with pytest.raises(UsageError, match="closed"):
        recorder.begin(REQUEST)

    assert recorder.close() is None
    assert path.read_bytes() == sealed
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_cannot_harm_the_recording_of_its_parent(path: Path) -> None:
    """What it inherits does nothing there, a new exchange is refused, and the parent seals all of its own."""
    recorder = Recorder(path)
    record(recorder, b"data: before\n\n")
    take = recorder.begin(REQUEST)
    take.respond(HEAD)
    child = os.fork()
    if child == 0:
        refused = False
        try:
            recorder.begin(REQUEST)
        except UsageError:
            refused = True
        take.chunk(b"data: the child's\n\n")
        take.end(How.RESET)
        recorder.close()
        os._exit(0 if refused else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    take.chunk(b"data: after\n\n")
    take.end(How.COMPLETE)
    recorder.close()

    exchanges = taped.loaded(read_cassette(path))
    assert [one.ending.how for one in exchanges] == [How.COMPLETE, How.COMPLETE]
    assert [one.response.body() for one in exchanges if one.response] == [
        b"data: before\n\n",
        b"data: after\n\n",
    ]

"""How a tape is closed: what it tells, whose error comes first, and that it stays closed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.cassettes.exchange import How, Request, Response
from harness.errors import FileAccessError, MissError, SecretFound, UsageError
from harness.io.files import read_cassette
from tests.reading_raw import READERS, stream_of
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_a_request_after_the_end_is_refused(path: Path, read: Any, name: str) -> None:
    """It would begin a recording that nothing seals, and that a second closing puts in place of the first."""
    module = importlib.import_module(name)
    with ScriptedServer(stream_of([b"data: 1\n\n"])) as server:
        for _ in ("recording", "replaying"):
            tape = harness.cassette(path)
            read(tape, module, server.url)
            tape.close()
            sealed = path.read_bytes()
            with pytest.raises(UsageError, match="this tape is closed"):
                read(tape, module, server.url)
            tape.close()

            assert path.read_bytes() == sealed
            assert list(path.parent.iterdir()) == [path]


class Boom(Exception):
    """What a test fails with."""


def refused(tape: harness.Tape, word: str) -> None:
    """Make the recorder leave something out."""
    error = SecretFound(f"a secret in {word}")
    tape.record(Request("GET", "http://h.example/a")).end(How.COMPLETE)
    recording: Any = tape._recorder._recording
    recording.refusals.append(error)


def test_the_tests_own_error_is_never_replaced(path: Path) -> None:
    """What the tape has to say becomes notes on it, which the traceback shows."""

    def work() -> None:
        with harness.cassette(path) as tape:
            refused(tape, "one")
            refused(tape, "two")
            raise Boom

    with pytest.raises(Boom) as caught:
        work()

    notes = "\n".join(caught.value.__notes__)
    assert "a secret in one" in notes
    assert "a secret in two" in notes
    assert caught.value.__context__ is None
    assert read_cassette(path).exchanges


def test_a_miss_is_told_beside_the_tests_own_error(path: Path) -> None:
    """It is most often the cause."""
    with harness.cassette(path) as tape:
        tape.record(Request("GET", "http://h.example/a")).end(How.RESET)
    httpx = importlib.import_module("httpx")

    def work() -> None:
        with harness.cassette(path) as tape, tape.client(httpx) as client:
            client.get("http://h.example/b")
            raise Boom

    with pytest.raises(Boom) as caught:
        work()

    assert [note for note in caught.value.__notes__ if "no-matching-recording" in note]


def test_everything_is_told_when_nothing_else_failed(path: Path) -> None:
    """The first is raised, the others are notes on it; equal ones are told once."""
    tape = harness.cassette(path)
    refused(tape, "one")
    refused(tape, "two")
    refused(tape, "two")
    tape._misses.append(MissError("a miss"))
    with pytest.raises(SecretFound, match="a secret in one") as caught:
        tape.close()

    assert [note.splitlines()[0] for note in caught.value.__notes__] == [
        "secret-found: a secret in two",
        "no-matching-recording: a miss",
    ]


def test_misses_can_be_read_after_the_end(path: Path) -> None:
    """The first is raised, the others are notes."""
    with harness.cassette(path) as tape:
        tape.record(Request("GET", "http://h.example/a")).end(How.RESET)
    tape = harness.cassette(path)
    with tape.client(importlib.import_module("httpx")) as client:
        client.get("http://h.example/b")
        client.get("http://h.example/c")
    with pytest.raises(MissError) as caught:
        tape.close()

    assert len(tape.misses) == 2
    assert len(caught.value.__notes__) == 1


def test_a_disk_that_fails_while_sealing_is_a_note_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only what was left out."""

    def fail(*_: object, **__: object) -> None:
        raise FileAccessError("the cassette cannot be written")

    def work() -> None:
        with harness.cassette(path) as tape:
            tape.record(Request("GET", "http://h.example/a")).respond(Response(200))
            monkeypatch.setattr("harness.io.recorder.seal", fail)
            raise Boom

    with pytest.raises(Boom) as caught:
        work()

    assert "cannot be written" in caught.value.__notes__[0]

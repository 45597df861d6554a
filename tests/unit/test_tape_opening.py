"""What a tape finds out when it is opened, rather than inside a client's first request."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.cassettes.exchange import Cassette, Ending, Exchange, How, Request, Response
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import CassetteError, FileAccessError, UsageError
from harness.io.files import read_cassette, write_cassette
from harness.io.partfile import part_path

if TYPE_CHECKING:
    from pathlib import Path

VCR = """interactions:
- request: {body: null, headers: {}, method: GET, uri: http://h.example/a}
  response:
    body: {string: hi}
    headers: {}
    status: {code: 200, message: OK}
version: 1
"""
RECORDING_MODES = ["new_episodes", "all", "rewrite"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


@pytest.fixture
def written(path: Path) -> Path:
    """A cassette with one exchange."""
    request = Request("GET", "http://h.example/a")
    write_cassette(Cassette({"tool": "t"}, [Exchange(0, request, Response(200), Ending(How.COMPLETE))]), path)
    return path


@pytest.mark.parametrize("mode", RECORDING_MODES)
def test_a_recording_of_another_tool_is_never_written_over(tmp_path: Path, mode: str) -> None:
    """It is refused at once, and says how to get a cassette of it; it can be replayed as it is."""
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text(VCR, encoding="utf-8")
    with pytest.raises(UsageError, match="harness cassette import") as caught:
        harness.cassette(theirs, mode=mode)

    assert caught.value.found == "a vcrpy cassette (YAML)"
    assert theirs.read_text(encoding="utf-8") == VCR
    assert list(tmp_path.iterdir()) == [theirs]
    with (
        harness.cassette(theirs, mode="once") as tape,
        tape.client(importlib.import_module("httpx")) as client,
    ):
        assert client.get("http://h.example/a").text == "hi"


@pytest.mark.parametrize("mode", ["new_episodes", "all"])
def test_a_damaged_cassette_is_told_before_anything_is_recorded(written: Path, mode: str) -> None:
    """Its exchanges were to stay, and cannot be read."""
    written.write_bytes(written.read_bytes()[:-20])
    with pytest.raises(CassetteError):
        harness.cassette(written, mode=mode)


def test_a_damaged_cassette_can_be_recorded_anew(written: Path) -> None:
    """`rewrite` keeps nothing of it, so need not read it; nothing is in an empty file either."""
    for content in (written.read_bytes()[:-20], b""):
        written.write_bytes(content)
        with harness.cassette(written, mode="rewrite") as tape:
            tape.record(Request("GET", "http://h.example/b")).end(How.RESET)
        assert [one.request.url for one in read_cassette(written).exchanges] == ["http://h.example/b"]


@pytest.mark.parametrize("mode", ["once", *RECORDING_MODES])
def test_a_recording_that_was_never_sealed_is_told_at_once(path: Path, mode: str) -> None:
    """Before any request of the client, which would take the error for one of its connection."""
    part_path(path).write_bytes(b"{}\n")
    with pytest.raises(FileAccessError, match="never sealed"):
        harness.cassette(path, mode=mode)


def test_what_only_replays_needs_no_place_to_write(written: Path) -> None:
    """A recording that runs beside it does not keep it from the cassette."""
    part_path(written).write_bytes(b"{}\n")
    for mode in ("none", "once"):
        harness.cassette(written, mode=mode).close()


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    """A file where a folder should be stands for all that the system refuses."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(FileAccessError, match="no file can be made here"):
        harness.cassette(tmp_path / "file" / "session.cassette.jsonl")


def test_a_tape_that_was_opened_leaves_nothing(path: Path) -> None:
    """The folder in which it could write holds no trace of the question."""
    harness.cassette(path).close()

    assert os.listdir(path.parent) == []  # noqa: PTH208 - hidden files count


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"redactor": Redactor(), "decode": True}, r"Redactor\(decode=True\)"),
        ({"head": {"schema": "llm-cassette/9"}}, "'schema'"),
        ({"head": {"notes": object()}}, "is not JSON"),
    ],
)
def test_options_that_would_be_ignored_or_break_the_cassette_are_refused(
    path: Path, options: dict[str, Any], text: str
) -> None:
    """None of them waits until something is recorded."""
    with pytest.raises(UsageError, match=text):
        harness.cassette(path, **options)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
@pytest.mark.parametrize("kind", ["client", "async_client"])
def test_a_client_on_a_tape_takes_no_other_transport(path: Path, name: str, kind: str) -> None:
    """The error says how to record through it."""
    module = importlib.import_module(name)
    with harness.cassette(path) as tape, pytest.raises(UsageError, match="inner="):
        getattr(tape, kind)(module, transport=None)


def test_the_cassette_is_not_read_in_the_first_request(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`new_episodes` knows from its recordings how many there are."""
    with harness.cassette(written, mode="new_episodes") as tape, monkeypatch.context() as patch:
        patch.setattr("harness.io.recorder.read_cassette", None)
        tape.record(Request("GET", "http://h.example/b")).end(How.RESET)

    assert len(read_cassette(written).exchanges) == 2


@pytest.mark.parametrize("fault", ["cut:event=700", "omit_done", "split_character"])
def test_a_fault_that_no_recording_can_have_is_told_at_once(written: Path, fault: str) -> None:
    """A test with such a fault would pass without testing anything."""
    with pytest.raises(UsageError, match="in none of these recordings") as caught:
        harness.cassette(written, mode="none", fault=fault)

    assert fault in str(caught.value.where)
    assert caught.value.found


def test_a_module_is_passed_and_not_its_name(written: Path) -> None:
    """The error says what is meant."""
    with pytest.raises(UsageError, match="the imported module"):
        harness.cassette(written, mode="none").client("httpx2")  # type: ignore[arg-type]

"""Where `harness record` writes, and what it refuses to write over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.exchange import How
from harness.errors import FileAccessError
from harness.io.files import read_cassette
from harness.io.partfile import PartFile
from tests.cli.asking import client
from tests.cli.conftest import TOKEN_EVENTS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Run


def test_an_old_recording_is_not_overwritten_unasked(harness: Run, upstream: str, tape: Path) -> None:
    """--append adds to it, --overwrite replaces it; both only where something was recorded."""
    before = tape.read_bytes()
    refused = harness("record", "--upstream", upstream, "-o", tape.name, *client("one"))
    assert (refused.code, tape.read_bytes()) == (3, before)
    assert harness("record", "--upstream", upstream, "-o", tape.name, "--overwrite", *client()).code == 0
    assert tape.read_bytes() == before
    assert harness("record", "--upstream", upstream, "-o", tape.name, "--append", *client("one")).code == 0
    assert len(read_cassette(tape).exchanges) == 2
    assert harness("record", "--upstream", upstream, "-o", tape.name, "--overwrite", *client("two")).code == 0
    assert len(read_cassette(tape).exchanges) == 1


def test_a_folder_is_no_output(harness: Run, upstream: str, tmp_path: Path) -> None:
    """Also with --overwrite."""
    (tmp_path / "folder").mkdir()
    for more in ((), ("--overwrite",), ("--append",)):
        outcome = harness("record", "--upstream", upstream, "-o", "folder", *more, *client("one"))
        assert outcome.code == 3
        assert "this is a folder" in outcome.err


def test_a_place_that_cannot_be_written_is_told_at_once(harness: Run, upstream: str, tape: Path) -> None:
    """Before the client's first request, not after its last."""
    outcome = harness("record", "--upstream", upstream, "-o", f"{tape.name}/x.cassette.jsonl", *client("one"))
    assert outcome.code == 3
    assert outcome.err.startswith("file-access: no file can be made here\n")
    assert "recording http" not in outcome.err


def test_a_missing_folder_is_made(harness: Run, upstream: str, tmp_path: Path) -> None:
    """When there is something to put into it."""
    output = "deep/er/new.cassette.jsonl"
    assert harness("record", "--upstream", upstream, "-o", output, *client()).code == 0
    assert not (tmp_path / "deep").exists()
    assert harness("record", "--upstream", upstream, "-o", output, *client("one")).code == 0
    assert (tmp_path / output).exists()


def test_only_a_whole_cassette_is_added_to(harness: Run, upstream: str, tape: Path) -> None:
    """A damaged one stays as it is, and is told before anything is recorded."""
    tape.write_bytes(tape.read_bytes()[:-20])
    before = tape.read_bytes()
    outcome = harness("record", "--upstream", upstream, "-o", tape.name, "--append", *client("one"))
    assert (outcome.code, tape.read_bytes()) == (4, before)


def test_what_a_dead_recorder_left_is_not_overwritten(harness: Run, upstream: str, tmp_path: Path) -> None:
    """The hint says how to keep it."""
    part = tmp_path / "new.cassette.jsonl.part"
    part.write_bytes(b'{"k":"head"')
    outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("one"))
    assert (outcome.code, part.read_bytes()) == (3, b'{"k":"head"')
    assert "harness cassette recover" in outcome.err


def test_a_disk_that_fills_up_costs_the_client_nothing(
    harness: Run, upstream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client gets its stream; what was written before is sealed; the exit code is 3."""
    append = PartFile.append
    written = 0

    def limited(part: PartFile, rows: bytes) -> None:
        nonlocal written
        written += 1
        if written > 5:
            raise FileAccessError(
                "the recording cannot be written", where=str(part.path), found="No space left"
            )
        append(part, rows)

    monkeypatch.setattr(PartFile, "append", limited)
    outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("one", "two"))
    assert outcome.code == 3
    assert outcome.out == ("200 " + b"".join(TOKEN_EVENTS).decode()) * 2
    assert "in new.cassette.jsonl\nfile-access: the recording cannot be written\n" in outcome.err
    first = read_cassette(tmp_path / "new.cassette.jsonl").exchanges[0]
    assert first.ending.how is How.RECORDER_CRASH
    assert first.response is not None
    assert b"".join(TOKEN_EVENTS).startswith(first.response.body())
    assert list(tmp_path.iterdir()) == [tmp_path / "new.cassette.jsonl"]


def test_a_cassette_has_one_recorder_at_a_time(harness: Run, upstream: str, tmp_path: Path) -> None:
    """The second is told before it starts."""
    with PartFile(tmp_path / "new.cassette.jsonl"):
        outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("one"))
    assert outcome.code == 3
    assert "another recorder is writing this cassette" in outcome.err

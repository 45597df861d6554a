"""Part files: what is in them while they grow, and what goes wrong meanwhile."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from harness.errors import FileAccessError
from harness.io.files import read_cassette, recover, write_cassette
from harness.io.partfile import PartFile, part_path, refuse_taken
from tests import taped
from tests.partfiles import FIRST, record

if TYPE_CHECKING:
    from pathlib import Path


posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no POSIX permissions")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a cassette is to lie."""
    return tmp_path / "deep" / "chat.cassette.jsonl"


def test_two_recorders_of_one_cassette_are_one_too_many(target: Path) -> None:
    """The second one is told, and the first is not disturbed."""
    with PartFile(target) as part:
        part.append(taped.HEAD_LINE)
        with pytest.raises(FileAccessError, match="another recorder") as caught:
            PartFile(target)
        part.append(b"")

    assert caught.value.where == str(part.path)
    assert part.path.read_bytes() == taped.HEAD_LINE


def test_a_part_that_was_never_sealed_is_not_overwritten(target: Path) -> None:
    """It is somebody's recording; an empty one is nobody's."""
    with PartFile(target):
        pass
    record(target, FIRST)
    with pytest.raises(FileAccessError, match="never sealed") as caught:
        PartFile(target)

    assert "harness cassette recover" in str(caught.value.hint)


@posix
def test_a_part_file_is_private(target: Path) -> None:
    """Nobody else reads it before it is sealed."""
    with PartFile(target) as part:
        assert part.path.stat().st_mode & 0o777 == 0o600


def test_rows_are_in_the_file_as_soon_as_they_are_appended(target: Path) -> None:
    """Nothing waits in a buffer of ours."""
    with PartFile(target) as part:
        part.append(b"one\n")
        assert part.path.read_bytes() == b"one\n"
        part.append(b"two\n")
        assert part.path.read_bytes() == b"one\ntwo\n"


def test_a_write_that_stops_half_way_goes_on(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may take less than it was given."""
    with PartFile(target) as part:
        write = os.write
        monkeypatch.setattr("os.write", lambda fd, data: write(fd, data[:3]))
        part.append(b"0123456789\n")

    assert part.path.read_bytes() == b"0123456789\n"


def test_a_disk_that_is_full_is_an_error_with_a_place(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the system says so at once or when the rows are carried to the disk."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with PartFile(target) as part:
        monkeypatch.setattr("os.write", full)
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(FileAccessError, match="cannot be written") as appending:
            part.append(b"x\n")
        with pytest.raises(FileAccessError, match="cannot be written") as syncing:
            part.sync()

    for caught in (appending, syncing):
        assert caught.value.where == str(part.path)
        assert caught.value.found == "No space left on device"


def test_a_folder_that_cannot_be_made_is_an_error_with_a_place(tmp_path: Path) -> None:
    """A file is in the way."""
    (tmp_path / "file").write_bytes(b"")
    goal = tmp_path / "file" / "x.cassette.jsonl"
    for make in (PartFile, partial(write_cassette, taped.cassette(FIRST))):
        with pytest.raises(FileAccessError) as caught:
            make(goal)
        assert "x.cassette.jsonl" in str(caught.value.where)


def test_a_recorder_that_is_killed_loses_no_row(target: Path) -> None:
    """The process ends without a farewell; its rows are there, its lock is not."""
    script = (
        "import os, sys; from pathlib import Path; from harness.io.partfile import PartFile\n"
        "part = PartFile(Path(sys.argv[1])); part.append(sys.stdin.buffer.read()); os._exit(9)\n"
    )
    rows = record(target, FIRST)
    data = rows.read_bytes()
    rows.unlink()
    done = subprocess.run([sys.executable, "-c", script, str(target)], input=data, check=False)  # noqa: S603

    assert done.returncode == 9
    assert recover(part_path(target)).whole == 1


def test_a_temporary_file_of_a_killed_writer_is_in_nobodys_way(target: Path) -> None:
    """Another process may have had the same number."""
    target.parent.mkdir()
    stale = target.with_name(f".{target.name}.{os.getpid()}-0.tmp")
    stale.write_bytes(b"half")
    write_cassette(taped.cassette(FIRST), target)

    assert stale.read_bytes() == b"half"
    assert len(read_cassette(target).exchanges) == 1


def test_a_file_system_that_cannot_lock_can_be_recorded_to(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems: the recording goes on without."""
    locking = pytest.importorskip("fcntl")

    def cannot(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(locking, "flock", cannot)
    with PartFile(target) as part:
        part.append(taped.HEAD_LINE)

    assert part.path.read_bytes() == taped.HEAD_LINE


def test_a_recording_can_be_refused_before_it_begins(target: Path) -> None:
    """A command says so before it starts a server."""
    refuse_taken(target)
    with PartFile(target), pytest.raises(FileAccessError, match="another recorder"):
        refuse_taken(target)
    refuse_taken(target)
    record(target, FIRST)
    with pytest.raises(FileAccessError, match="never sealed"):
        refuse_taken(target)

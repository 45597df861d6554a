"""Cassettes as files: atomic, lazy, recoverable, and clear about what is wrong."""

from __future__ import annotations

import os
import pathlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, How, Redaction, Response
from harness.errors import (
    CassetteError,
    FileAccessError,
    HashMismatch,
    NotACassette,
    RowError,
    TruncatedCassette,
)
from harness.io import files
from harness.io.files import read_cassette, read_part_file, recover, seal, write_cassette
from harness.io.partfile import PartFile, in_use, part_path, target_path
from tests import taped
from tests.partfiles import FIRST, SECOND, left_over, record

if TYPE_CHECKING:
    from pathlib import Path


posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no POSIX permissions")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a cassette is to lie."""
    return tmp_path / "deep" / "chat.cassette.jsonl"


def test_what_is_written_is_read(target: Path) -> None:
    """The folder is made; the source is the path as it was given; nothing else is left."""
    write_cassette(taped.cassette(FIRST, SECOND), target)
    cassette = read_cassette(str(target))

    assert taped.loaded(cassette) == taped.cassette(FIRST, SECOND).exchanges
    assert cassette.source == str(target)
    assert left_over(target.parent) == [target.name]


def test_a_cassette_can_be_written_over_itself(target: Path) -> None:
    """Its bodies are read from the old file while the new one is made."""
    write_cassette(taped.cassette(FIRST, SECOND), target)
    before = target.read_bytes()
    write_cassette(read_cassette(target), target)

    assert target.read_bytes() == before


def _long(events: int = 20_000) -> Cassette:
    chunks = [Chunk(number, b"data: %06d\n\n" % number) for number in range(events)]
    exchange = replace(FIRST, response=Response(200, (), chunks), ending=Ending(How.COMPLETE, events))
    return taped.cassette(exchange)


@pytest.mark.parametrize("how", ["replaced", "longer", "written to"])
def test_a_body_is_not_read_from_a_file_that_changed(target: Path, how: str) -> None:
    """Its offsets are those of the file that was read; other bytes stand there now."""
    write_cassette(taped.cassette(FIRST), target)
    cassette = read_cassette(target)
    if how == "replaced":
        write_cassette(taped.cassette(FIRST), target)
    elif how == "longer":
        with target.open("ab") as file:
            file.write(b"{}\n")
    else:
        os.utime(target, ns=(0, target.stat().st_mtime_ns + 1_000_000_000))

    with pytest.raises(CassetteError, match="changed while it was open"):
        taped.loaded(cassette)


@posix
def test_a_body_that_is_being_read_stops_where_its_file_was_changed_in_place(target: Path) -> None:
    """Half of it came from the old file; nothing comes from the new one."""
    write_cassette(_long(), target)
    response = read_cassette(target).exchanges[0].response
    assert response is not None
    chunks = iter(response.chunks)
    assert next(chunks).data == b"data: 000000\n\n"
    with target.open("r+b") as file:
        file.truncate(2_000)

    with pytest.raises(CassetteError, match="changed while it was open"):
        list(chunks)


@posix
def test_a_body_that_is_being_read_ends_well_where_its_file_was_replaced(target: Path) -> None:
    """The old file is read to its end: it is still there for whoever has it open."""
    write_cassette(_long(), target)
    response = read_cassette(target).exchanges[0].response
    assert response is not None
    chunks = iter(response.chunks)
    next(chunks)
    write_cassette(taped.cassette(SECOND), target)

    assert len(list(chunks)) == 19_999


def test_a_failed_write_leaves_the_old_cassette_and_nothing_else(target: Path) -> None:
    """Also when it fails in the middle of a body."""
    write_cassette(taped.cassette(FIRST), target)
    before = target.read_bytes()

    class Failing:
        def __iter__(self) -> object:
            yield Chunk(0, taped.EVENT)
            raise RuntimeError("in the middle")

    broken = Response(200, taped.SSE, Failing())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="in the middle"):
        write_cassette(taped.cassette(replace(FIRST, response=broken)), target)

    assert target.read_bytes() == before
    assert left_over(target.parent) == [target.name]


def test_a_disk_that_refuses_is_named(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says which file, and what the system said."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileAccessError, match="cannot be written") as caught:
        write_cassette(taped.cassette(FIRST), target)

    assert caught.value.where == str(target)
    assert "No space left" in str(caught.value.found)
    assert left_over(target.parent) == []


def test_a_replacement_that_windows_refuses_for_a_while_is_tried_again(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virus scanner or an editor has the file open."""
    real = pathlib.Path.replace
    tries: list[Path] = []

    def refuses_twice(self: Path, goal: Path) -> Path:
        tries.append(goal)
        if len(tries) < 3:
            raise PermissionError(13, "Access is denied")
        return real(self, goal)

    monkeypatch.setattr(pathlib.Path, "replace", refuses_twice)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(files, "_WINDOWS", True)
    write_cassette(taped.cassette(FIRST), target)

    assert len(tries) == 3
    assert read_cassette(target).exchanges


@posix
def test_a_new_cassette_has_the_permissions_of_the_old_one(target: Path) -> None:
    """A first one has what the umask leaves, although its part was private."""
    write_cassette(taped.cassette(FIRST), target)
    assert target.stat().st_mode & 0o600 == 0o600
    target.chmod(0o640)
    write_cassette(taped.cassette(FIRST), target)

    assert target.stat().st_mode & 0o777 == 0o640


def test_a_cassette_is_read_without_its_bodies(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each iteration of a body opens the file anew, and closes it."""
    write_cassette(taped.cassette(FIRST, SECOND), target)
    cassette = read_cassette(target)
    response = cassette.exchanges[1].response
    assert response is not None
    chunks = iter(response.chunks)
    first = next(chunks)

    assert first == Chunk(0, b"{}")
    assert list(response.chunks) == [first]
    assert list(chunks) == []


WRONG_FILES = {
    "a missing file": (None, NotACassette, "no such file"),
    "an empty file": (b"", NotACassette, "is empty"),
    "YAML": (b"interactions: []\nversion: 1\n", NotACassette, "vcrpy"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0", NotACassette, "binary data"),
    "half a cassette": (taped.written(taped.cassette(FIRST))[:-50], TruncatedCassette, "recover"),
    "an edited cassette": (
        taped.written(taped.cassette(FIRST)).replace(b"POST", b"PUT"),
        HashMismatch,
        "reseal",
    ),
    "lost rows": (
        b"".join(taped.written(taped.cassette(FIRST)).splitlines(keepends=True)[::2]),
        RowError,
        ":2",
    ),
}


@pytest.mark.parametrize(("data", "kind", "says"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_file_gives_one_clear_error(
    target: Path, data: bytes | None, kind: type[NotACassette], says: str
) -> None:
    """With the exit code of unreadable input."""
    if data is not None:
        target.parent.mkdir()
        target.write_bytes(data)

    with pytest.raises(kind) as caught:
        read_cassette(target)

    assert says in str(caught.value)
    assert str(target) in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 4


def test_a_folder_is_no_cassette(tmp_path: Path) -> None:
    """The error says that it is a folder."""
    with pytest.raises(NotACassette, match="folder"):
        read_cassette(tmp_path)


@posix
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_no_wrong_input(target: Path) -> None:
    """It is this machine that is at fault: exit code 3."""
    write_cassette(taped.cassette(FIRST), target)
    target.chmod(0)
    with pytest.raises(FileAccessError):
        read_cassette(target)


def test_a_recording_becomes_a_cassette(target: Path) -> None:
    """The part is gone, and the cassette is what would have been written directly."""
    part = record(target, FIRST, SECOND)
    assert part == part_path(target)
    path = seal(part)

    assert path == target
    assert target.read_bytes() == taped.written(taped.cassette(FIRST, SECOND))
    assert left_over(target.parent) == [target.name]


def test_a_recording_replaces_the_cassette_that_was_there(target: Path) -> None:
    """At the moment of sealing and not before."""
    write_cassette(taped.cassette(FIRST), target)
    before = target.read_bytes()
    part = record(target, SECOND)
    assert target.read_bytes() == before
    seal(part)

    assert target.read_bytes() == taped.written(taped.cassette(SECOND))


@pytest.mark.parametrize(("first", "append"), [(1, None), (0, True), (1, True)])
def test_a_recording_adds_to_a_cassette(target: Path, first: int, *, append: bool | None) -> None:
    """Old rows stay word for word, new ones are numbered after them, redactions and unknown members stay."""
    old = replace(FIRST, redactions=(Redaction("request.url", "key", 1),))
    write_cassette(Cassette({**taped.HEAD, "x": 1}, (old,), {"later": True}), target)
    before = target.read_bytes().splitlines(keepends=True)
    seal(record(target, SECOND, first=first), append=append)
    after = target.read_bytes().splitlines(keepends=True)
    cassette = read_cassette(target)

    assert after[: len(before) - 1] == before[:-1]
    assert taped.loaded(cassette) == (old, replace(SECOND, index=1))
    assert cassette.seal is not None
    assert cassette.seal["later"] is True


def test_a_recording_that_adds_to_nothing_is_a_cassette(target: Path) -> None:
    """The one it was to add to is gone; nothing recorded is lost."""
    seal(record(target, FIRST, first=3))

    assert target.read_bytes() == taped.written(taped.cassette(FIRST))


def test_a_damaged_cassette_is_not_added_to(target: Path) -> None:
    """It and the recording stay as they are."""
    target.parent.mkdir()
    target.write_bytes(taped.written(taped.cassette(FIRST)).replace(b"POST", b"PUT"))
    before = target.read_bytes()
    part = record(target, SECOND)

    with pytest.raises(HashMismatch):
        seal(part, append=True)
    assert target.read_bytes() == before
    assert len(read_part_file(part).cassette.exchanges) == 1


def test_what_a_dead_recorder_left_is_recovered(target: Path) -> None:
    """One exchange whole, one open, a torn line dropped."""
    part = record(target, FIRST, SECOND, end=False)
    with part.open("ab") as file:
        file.write(b'{"k":"c","i":1,"at":5,"s":"to')
    found = recover(part)
    cassette = read_cassette(target)

    assert (found.path, found.whole, found.open, found.torn) == (target, 1, 1, 29)
    assert [item.ending for item in cassette.exchanges] == [FIRST.ending, Ending(How.RECORDER_CRASH, 0)]
    assert taped.loaded(cassette)[1].response == SECOND.response
    assert not part.exists()


def test_recovery_overwrites_no_cassette(target: Path, tmp_path: Path) -> None:
    """Unless the recording was to add to it; another name may be given."""
    write_cassette(taped.cassette(FIRST), target)
    part = record(target, SECOND)
    with pytest.raises(FileAccessError, match="already") as caught:
        recover(part)
    assert "-o" in str(caught.value.hint)

    other = recover(part, tmp_path / "other.cassette.jsonl").path
    assert len(read_cassette(other).exchanges) == 1
    assert recover(record(target, SECOND, first=1)).whole == 1
    assert len(read_cassette(target).exchanges) == 2


def test_recovery_leaves_a_running_recording_alone(target: Path) -> None:
    """It would be sealed under the recorder's hands."""
    with PartFile(target) as part:
        part.append(taped.HEAD_LINE)
        assert in_use(part.path)
        with pytest.raises(FileAccessError, match="still"):
            recover(part.path)
    assert not in_use(part.path)
    assert not in_use(target)
    assert recover(part.path).whole == 0


def test_only_a_part_file_is_recovered(target: Path) -> None:
    """A sealed cassette needs no recovery, and is not touched."""
    write_cassette(taped.cassette(FIRST), target)
    before = target.read_bytes()
    for path in (target, target.parent):
        with pytest.raises((FileAccessError, NotACassette)):
            recover(path)

    assert target_path(part_path(target)) == target
    assert target.read_bytes() == before

"""Where a command may write."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import FileAccessError
from harness.jobs.output import refuse_existing, refuse_unwritable, write_whole


def test_a_new_file_in_a_folder_that_is_missing_can_be_made(tmp_path: Path) -> None:
    """Asking leaves nothing behind."""
    refuse_unwritable(tmp_path / "a" / "b" / "c.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_file_on_the_way_is_told(tmp_path: Path) -> None:
    """Before anything is written."""
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(FileAccessError, match="no file can be made here") as caught:
        refuse_unwritable(tmp_path / "a" / "c.txt")
    assert str(tmp_path / "a") in str(caught.value)


def test_a_folder_is_never_overwritten(tmp_path: Path) -> None:
    """Not even where files may be."""
    with pytest.raises(FileAccessError, match="this is a folder"):
        refuse_existing(tmp_path, overwrite=True, hint="")


def test_a_file_is_overwritten_only_where_that_is_meant(tmp_path: Path) -> None:
    """The hint is the caller's: options differ."""
    path = tmp_path / "x"
    refuse_existing(path, overwrite=False, hint="")
    path.write_bytes(b"")
    refuse_existing(path, overwrite=True, hint="")
    with pytest.raises(FileAccessError, match="exists already") as caught:
        refuse_existing(path, overwrite=False, hint="use --force")
    assert caught.value.hint == "use --force"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lay there is untouched when the last step fails, and nothing is left beside it."""
    path = tmp_path / "deep" / "x"
    assert write_whole(path, b"old").read_bytes() == b"old"

    def refuse(_self: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileAccessError, match="cannot be written"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]

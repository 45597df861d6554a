from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness import bundled

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of the package of which nothing but its folder is there."""
    folder = tmp_path / "site" / "harness"
    folder.mkdir(parents=True)
    monkeypatch.setattr(bundled, "_PACKAGE", folder)
    return folder


def test_in_a_checkout_the_folders_stand_beside_the_package(package: Path) -> None:
    """An editable install finds what was just edited."""
    (package.parent / "specs").mkdir()
    assert bundled.folder("specs") == package.parent / "specs"


def test_in_a_wheel_the_folders_are_inside_the_package(package: Path) -> None:
    """A folder of that name that another distribution put beside the package is not taken for ours."""
    (package / "_bundled" / "cassettes").mkdir(parents=True)
    (package.parent / "cassettes").mkdir()
    assert bundled.folder("cassettes") == package / "_bundled" / "cassettes"


def test_a_file_is_no_folder(package: Path) -> None:
    """It is passed over."""
    (package / "_bundled").mkdir()
    (package / "_bundled" / "specs").write_text("", encoding="utf-8")
    (package.parent / "specs").mkdir()
    assert bundled.folder("specs") == package.parent / "specs"


def test_an_installation_without_the_folder_says_so(package: Path) -> None:
    """With the name of the folder and of the distribution."""
    with pytest.raises(
        FileNotFoundError, match="'specs' is missing from this installation of llm-stream-harness"
    ):
        bundled.folder("specs")


def test_the_text_of_a_spec_is_utf_8_wherever_it_is_read(package: Path) -> None:
    """Not what the machine's locale says."""
    (package.parent / "specs" / "a").mkdir(parents=True)
    (package.parent / "specs" / "a" / "b.json").write_bytes('"ü☃"'.encode())
    assert bundled.spec_text("a/b.json") == '"ü☃"'


def test_this_installation_has_both() -> None:
    """Specs and cassettes come with every installation."""
    assert '"$schema"' in bundled.spec_text("cassette/llm-cassette-1.schema.json")
    assert any(bundled.folder("cassettes").rglob("*.cassette.jsonl"))

"""Targets are installed into folders of their own, and known by what stands there."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from harness.errors import TargetError
from harness.targets.installing import FromNpm, FromPyPI

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = FromPyPI(target="thing", package="a-thing", version="1.2.3", extras="[all]", beside=("other<2",))
NODE = FromNpm(target="thing", package="@some/thing", version="1.2.3")


def program(path: Path, text: str) -> None:
    """A program that a shell runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


def test_what_is_not_there_is_missing_and_says_how_to_get_it(tmp_path: Path) -> None:
    """With the release that would be installed, and where."""
    said = PYTHON.missing(tmp_path)
    assert said is not None
    assert "a-thing 1.2.3 is not installed" in said
    assert "--target thing" in said
    assert str(tmp_path) in said


def test_the_version_is_the_one_that_is_installed_whatever_was_asked_for(tmp_path: Path) -> None:
    """A report must not claim the release that this project was tried with."""
    there = tmp_path / "thing/lib/python3.12/site-packages/a_thing-9.9.dist-info"
    there.mkdir(parents=True)
    (there / "METADATA").write_text("Metadata-Version: 2.1\nName: a-thing\nVersion: 9.9\n", encoding="utf-8")
    assert PYTHON.found(tmp_path) == "9.9"
    assert PYTHON.missing(tmp_path) is None


@posix
def test_a_package_of_npm_is_known_by_its_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs node, too."""
    program(tmp_path / "bin/node", "true")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    said = NODE.missing(tmp_path)
    assert said is not None
    assert "@some/thing 1.2.3 is not installed" in said
    manifest = NODE.file(tmp_path, "package.json")
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"version": "1.2.4"}), encoding="utf-8")
    assert NODE.found(tmp_path) == "1.2.4"
    assert NODE.missing(tmp_path) is None
    manifest.write_text("no manifest", encoding="utf-8")
    assert NODE.found(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    said = NODE.missing(tmp_path)
    assert said is not None
    assert "needs node" in said


def test_a_person_is_told_the_same_commands() -> None:
    """They stand in the report."""
    assert PYTHON.commands == (
        "python -m venv thing",
        "thing/bin/pip install 'a-thing[all]==1.2.3' 'other<2'",
    )
    assert NODE.commands == ("npm install --prefix thing @some/thing@1.2.3",)


@posix
def test_uv_is_taken_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes the environment with this Python, and installs into that."""
    program(tmp_path / "bin/uv", f'echo "$@" >> {tmp_path}/said')
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    tools = tmp_path / "tools"
    PYTHON.install(tools)
    made, installed = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert made == f"venv --python {sys.executable} {tools}/thing"
    assert installed == f"pip install --python {tools}/thing/bin/python a-thing[all]==1.2.3 other<2"


@posix
def test_npm_runs_no_scripts_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is installed here needs them."""
    program(tmp_path / "bin/npm", f'echo "$@" >> {tmp_path}/said')
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    NODE.install(tmp_path / "tools")
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert "--ignore-scripts" in said
    assert said.rstrip().endswith("@some/thing@1.2.3")


@posix
def test_an_installation_that_fails_says_what_was_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end, with the command and the exit code."""
    program(tmp_path / "bin/npm", "echo no such package >&2; exit 7")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    with pytest.raises(TargetError, match="exit code 7") as caught:
        NODE.install(tmp_path)
    assert "no such package" in str(caught.value)
    assert "@some/thing@1.2.3" in str(caught.value)


def test_without_npm_nothing_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint says what is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TargetError, match="no npm on the path"):
        NODE.install(tmp_path)

"""Options from `[tool.harness]` in pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.cli import configuration
from harness.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run


def _project(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def test_options_come_from_the_project(harness: Run, two: Path) -> None:
    """A nested table for a nested command; the command line wins over it."""
    _project(two.parent, "[tool.harness.cassette.show]\nexchange = 1\nraw = true\n")
    configured = harness("cassette", "show", two.name)
    assert configured == harness("cassette", "show", two.name, "--exchange", "1", "--raw")
    assert "#1" in configured.out
    assert "#0" in harness("cassette", "show", two.name, "--exchange", "0").out


def test_the_nearest_project_with_such_a_table_counts(tmp_path: Path) -> None:
    """A package inside a workspace need not repeat it."""
    inner = tmp_path / "packages" / "one"
    inner.mkdir(parents=True)
    _project(tmp_path, '[tool.harness.replay]\npace = "instant"\n')
    _project(inner, '[project]\nname = "one-harness"\n')
    assert configuration.defaults(["replay", "x"], inner) == {"replay": {"pace": "instant"}}
    _project(inner, '[tool.harness.replay]\npace = "x2"\n')
    assert configuration.defaults(["replay", "x"], inner) == {"replay": {"pace": "x2"}}


def test_paths_are_seen_from_the_projects_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in the project the command runs."""
    inner = tmp_path / "inner"
    inner.mkdir()
    _project(tmp_path, '[tool.harness.record]\nca = "ca.pem"\noutput = "new.cassette.jsonl"\n')
    monkeypatch.chdir(inner)
    assert configuration.defaults(["record"], inner) == {
        "record": {"ca": str(tmp_path / "ca.pem"), "output": str(tmp_path / "new.cassette.jsonl")}
    }
    monkeypatch.chdir(tmp_path)
    assert configuration.defaults(["record"], tmp_path)["record"]["ca"] == "ca.pem"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('listen = "127.0.0.1:80"', {"listen": "127.0.0.1:80"}),
        ("listen = 8080", {"listen": "8080"}),
        ("strict = true", {"strict": True}),
        ('normalise = ["uuids", "user"]', {"normalisers": ["uuids", "user"]}),
        ('on-miss = "nearest"', {"on_miss": "nearest"}),
    ],
)
def test_values_have_the_types_of_the_options(tmp_path: Path, text: str, expected: dict[str, object]) -> None:
    """Flags are true or false, options that repeat are lists, the rest is text or a number."""
    _project(tmp_path, f"[tool.harness.replay]\n{text}\n")
    assert configuration.defaults(["replay", "x"], tmp_path) == {"replay": expected}


@pytest.mark.parametrize(
    "text",
    [
        "[tool.harness.replai]\n",
        "[tool.harness.cassette.shwo]\n",
        "[tool.harness.cassette.show]\nwidht = 90\n",
        '[tool.harness.cassette.show]\nwidth = "wide"\n',
        "[tool.harness.cassette.show]\nwidth = 7\n",
        "[tool.harness.cassette.show]\nwidth = true\n",
        '[tool.harness.cassette.show]\nraw = "yes"\n',
        "[tool.harness.cassette.show]\nhelp = true\n",
        '[tool.harness.cassette.show]\nrecordings = ["tape.cassette.jsonl"]\n',
        "[tool.harness.cassette]\nshow = 1\n",
        "[tool.harness]\ncassette = [1]\n",
        "[tool]\nharness = 1\n",
        "[tool.harness\n",
    ],
)
def test_mistakes_in_the_project_are_told(
    harness: Run, tape: Path, snapshot: SnapshotAssertion, text: str
) -> None:
    """Where, what was found, what may have been meant; never ignored in silence."""
    _project(tape.parent, text)
    outcome = harness("cassette", "show", tape.name)
    assert outcome.code == (4 if text == "[tool.harness\n" else 2)
    assert not outcome.out
    err = outcome.err.replace(str(tape.parent), "<folder>").replace("\\", "/")
    # What the parser of TOML says differs between releases of Python.
    assert [line for line in err.splitlines() if not line.startswith("  found     Expected")] == snapshot


def test_lists_must_be_lists(tmp_path: Path) -> None:
    """A text in place of a list would be taken letter by letter."""
    _project(tmp_path, '[tool.harness.replay]\nnormalise = "uuids"\n')
    with pytest.raises(UsageError, match="this must be a list"):
        configuration.defaults(["replay", "x"], tmp_path)


def test_a_mistake_elsewhere_does_not_stop_a_command(harness: Run, tape: Path) -> None:
    """Only the table of the command that runs is read, and help is always given."""
    _project(tape.parent, "[tool.harness.replay]\nnonsense = 1\n")
    assert harness("cassette", "show", tape.name).code == 0
    assert harness("replay", "--help").code == 0
    assert harness("replay", tape.name).code == 2


def test_the_users_command_is_not_read_for_help(tmp_path: Path) -> None:
    """What stands after -- is not ours."""
    _project(tmp_path, '[tool.harness.replay]\npace = "instant"\n')
    assert configuration.defaults(["replay", "x", "--", "pytest", "--help"], tmp_path)


def test_a_project_of_others_is_left_alone(tmp_path: Path) -> None:
    """A pyproject.toml that does not mention the tool need not even be TOML."""
    _project(tmp_path, "<<<<<<< merge conflict\n")
    assert configuration.defaults(["replay", "x"], tmp_path) == {}

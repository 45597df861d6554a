"""Whatever is given, there is one clear error, the documented exit code, and no traceback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from harness.cli import complaints
from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run


def _moved_row(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


BAD: dict[str, Callable[[bytes], bytes] | None] = {
    "missing": None,
    "folder": None,
    "empty": lambda good: good[:0],
    "binary": lambda good: bytes(range(256)) + good,
    "truncated": lambda good: good[: len(good) * 2 // 3],
    "no seal": lambda good: b"".join(good.splitlines(keepends=True)[:-1]),
    "wrong hash": lambda good: good.replace(b"Say hi", b"Say ho"),
    "unknown schema": lambda good: good.replace(b"llm-cassette/1", b"llm-cassette/9"),
    "misplaced row": lambda good: b"".join(_moved_row(good.splitlines(keepends=True))),
    "CR LF": lambda good: good.replace(b"\n", b"\r\n"),
    "web page": lambda good: b"<!doctype html><title>Sign in</title>" + good,
}
BAD_YAML: dict[str, bytes] = {
    "other yaml": b"name: CI\non: push\n",
    "no interactions": b"interactions: 7\nversion: 1\n",
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("verb", ["show", "verify", "reseal"])
def test_a_bad_cassette_gives_one_clear_error(
    harness: Run, tape: Path, tmp_path: Path, snapshot: SnapshotAssertion, verb: str, kind: str
) -> None:
    """Exit code 4: the input cannot be read; what was there is untouched."""
    path = tmp_path / "bad.cassette.jsonl"
    spoilt = BAD[kind]
    if spoilt is not None:
        path.write_bytes(spoilt(tape.read_bytes()))
    elif kind == "folder":
        path.mkdir()
    before = path.read_bytes() if path.is_file() else None
    outcome = harness("cassette", verb, path.name)
    assert outcome.code == 4
    assert not outcome.out
    assert "Traceback" not in outcome.err
    assert (path.read_bytes() if path.is_file() else None) == before
    assert outcome.err == snapshot


@pytest.mark.parametrize("kind", BAD_YAML)
def test_yaml_that_is_no_cassette_is_told(
    harness: Run, tmp_path: Path, snapshot: SnapshotAssertion, kind: str
) -> None:
    """Every command that reads vcrpy's format says what is wrong with the file."""
    (tmp_path / "bad.yaml").write_bytes(BAD_YAML[kind])
    outcome = harness("cassette", "show", "bad.yaml")
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.err == snapshot
    assert harness("cassette", "import", "bad.yaml") == outcome
    assert harness("replay", "bad.yaml") == outcome


@pytest.mark.parametrize("verb", [("cassette", "show"), ("cassette", "verify"), ("replay",)], ids=" ".join)
def test_a_folder_without_recordings_is_told(harness: Run, tmp_path: Path, verb: tuple[str, ...]) -> None:
    """Exit code 4, and what was looked for."""
    (tmp_path / "folder").mkdir()
    outcome = harness(*verb, "folder")
    assert (outcome.code, outcome.out) == (4, "")
    assert "this folder holds no" in outcome.err
    assert "*.cassette.jsonl" in outcome.err


def test_an_empty_name_is_not_the_working_directory(harness: Run, tape: Path) -> None:
    """`harness cassette show "$UNSET"` must not show whatever lies here."""
    for verb in ("show", "verify"):
        outcome = harness("cassette", verb, "")
        assert (outcome.code, outcome.out) == (4, ""), verb
        assert "this name is empty" in outcome.err
    assert tape.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        "shwo",
        "cassette shwo",
        "--verison",
        "cassette show",
        "cassette show --exchagne 1 tape.cassette.jsonl",
        "cassette show --exchange one tape.cassette.jsonl",
        "cassette show --exchange 7 tape.cassette.jsonl",
        "cassette show --width 3 tape.cassette.jsonl",
        "cassette show --events",
        "cassette show - -",
        "cassette diff tape.cassette.jsonl",
        "cassette diff - -",
        "cassette verify --format xml tape.cassette.jsonl",
        "cassette redact --pattern ( tape.cassette.jsonl",
        "cassette redact --env HARNESS_NOT_SET tape.cassette.jsonl",
        "cassette import tape.cassette.jsonl -o new.cassette.jsonl",
        "cassette import a.yaml b.yaml -o new.cassette.jsonl",
        "cassette import -",
        "cassette recover tape.cassette.jsonl",
        "cassette recover tape.cassette.jsonl -o new.cassette.jsonl",
        "record",
        "record --upstream localhost:8080",
        "record --upstream https://user@host/v1",
        "record --upstream http://127.0.0.1:9 --append --overwrite",
        "record --upstream http://127.0.0.1:9 --ca missing.pem",
        "record --upstream http://127.0.0.1:9 --listen 127.0.0.1:http",
        "record --upstream http://127.0.0.1:9 --",
        "replay",
        "replay tape.cassette.jsonl --listen 127.0.0.1:99999",
        "replay tape.cassette.jsonl --pase x2",
        "replay tape.cassette.jsonl --pace quick",
        "replay tape.cassette.jsonl --fault cut:evnt=1",
        "replay tape.cassette.jsonl --fault cut:event=99",
        "replay tape.cassette.jsonl --ignore metadata",
        "replay tape.cassette.jsonl --repeats never",
        "replay tape.cassette.jsonl --on-miss pass",
    ],
)
def test_what_cannot_be_meant_is_told_with_a_hint(
    harness: Run, tape: Path, snapshot: SnapshotAssertion, arguments: str
) -> None:
    """Exit code 2, an unknown name gives a "did you mean", and nothing is written."""
    before = sorted(tape.parent.iterdir())
    outcome = harness(*arguments.split(" "))
    assert (outcome.code, outcome.out) == (2, "")
    assert sorted(tape.parent.iterdir()) == before
    assert outcome.err == snapshot


@pytest.mark.parametrize(
    ("option", "name", "meant"),
    [
        ("--fault", "ct:event=1", "did you mean 'cut'?"),
        ("--normalise", "uuid", "did you mean 'uuids'?"),
        ("--pace", "quick", "for example x4"),
    ],
)
def test_names_of_a_registry_are_suggested(
    harness: Run, tape: Path, option: str, name: str, meant: str
) -> None:
    """A new fault or normaliser is known here at once."""
    outcome = harness("replay", tape.name, option, name)
    assert (outcome.code, outcome.out) == (2, "")
    assert meant in outcome.err


def test_certificates_that_are_none_are_told(harness: Run, tape: Path) -> None:
    """Before anything is listened on or written."""
    outcome = harness("record", "--upstream", "https://127.0.0.1:9", "--ca", tape.name)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(
        "usage: certificates to trust cannot be read\n  where     --ca tape.cassette.jsonl"
    )


def test_broken_yaml_says_where(harness: Run, tmp_path: Path) -> None:
    """File, line and column."""
    (tmp_path / "bad.yaml").write_bytes(b"interactions: [unclosed\n")
    outcome = harness("cassette", "show", "bad.yaml")
    assert outcome.code == 4
    assert "where     bad.yaml, line 2, column 1" in outcome.err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ZeroDivisionError("division by zero"), "internal-error: ZeroDivisionError: division by zero"),
        (
            PermissionError(13, "Permission denied", "/x/y"),
            "file-access: the system refused\n  where     /x/y",
        ),
        (OSError(28, "No space left on device"), "file-access: the output cannot be written"),
        (InputError("no", where="here"), "unreadable-input: no\n  where     here"),
    ],
)
def test_surprises_are_told_in_the_same_form(error: Exception, told: str) -> None:
    """A defect says that it is one; a refusal of the system says of what."""
    assert str(complaints.told(error)).startswith(told)
    assert complaints.told(error).exit_code in {3, 4}


def test_a_defect_ends_with_exit_code_3(harness: Run, tape: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And HARNESS_TRACEBACK shows where it happened."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("harness.cassettes.drawing.draw", broken)
    outcome = harness("cassette", "show", tape.name)
    assert outcome.code == 3
    assert outcome.err == (
        "internal-error: ZeroDivisionError: on purpose\n"
        "  hint      this is a defect of harness; HARNESS_TRACEBACK=1 shows where it happened\n"
    )
    monkeypatch.setenv("HARNESS_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        harness("cassette", "show", tape.name)


def test_standard_input_may_be_closed(harness: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to read is an empty input."""
    outcome = harness("cassette", "show", "-")
    monkeypatch.setattr(sys, "stdin", None)
    assert outcome.code == 4
    assert "the input is empty" in outcome.err

"""The files of the project are where, what and as long as they should be."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest
from jsonschema.validators import validator_for

from tests.repository.checkout import ROOT, files, project, texts

LONGEST = 400
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "base", "types", "manager", "misc"}
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|NotImplemented[E]rror)\b")
MACHINE_PATH = re.compile(r"(?<![\w~.<}-])/(?:root|home|work|tmp|Users)/[\w.-]+")
REGISTRY = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|crates\.io)\b")
INVENTED_PATHS = {
    "tests/unit/test_matching_normalisers.py": "paths of temporary files are levelled out",
    "tests/unit/test_redaction_environment.py": "a value of an invented environment",
}
SPECS = [name for name in files() if name.startswith("specs/")]


@pytest.mark.parametrize("folder", ["harness", "tests"])
def test_no_module_is_too_long_to_be_read_in_one_go(folder: str) -> None:
    """What grows past 400 lines is split along a line that a reader would draw."""
    modules = {name: text for name, text in texts(".py").items() if name.startswith(f"{folder}/")}
    lengths = {name: text.count("\n") for name, text in modules.items()}
    assert modules
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_module_names_say_what_is_inside() -> None:
    """A drawer for everything gets filled with everything."""
    parts = {part for name in texts(".py") for part in PurePosixPath(name).with_suffix("").parts}
    assert "harness" in parts
    assert parts & SAY_NOTHING == set()


def test_nothing_is_left_unfinished() -> None:
    """What is not done is not begun: no reminders in the code, no functions without a body."""
    found = [f"{name}: {match[0]}" for name, text in texts().items() for match in UNFINISHED.finditer(text)]
    assert found == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    """Nor does a cassette. Paths that are the subject of a file are listed above."""
    found = {name: found for name, text in texts().items() if (found := MACHINE_PATH.findall(text))}
    assert {name: paths for name, paths in found.items() if name not in INVENTED_PATHS} == {}
    assert set(INVENTED_PATHS) <= set(found), "listed, but no longer needed"


def test_no_file_names_the_host_of_a_registry() -> None:
    """Where packages come from is the business of whoever installs them."""
    found = {name: match[0] for name, text in texts().items() if (match := REGISTRY.search(text))}
    assert found == {}


def test_no_lock_file_and_nothing_generated_is_tracked() -> None:
    """Ranges are tested at both ends instead; what tools leave behind stays out."""
    strays = [
        name
        for name in files()
        if name.endswith((".lock", ".part", ".pyc", ".whl", "package-lock.json")) or "__pycache__" in name
    ]
    assert strays == []


def test_the_licence_is_the_one_that_the_metadata_names() -> None:
    """Apache-2.0, whole."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert project()["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    """Its first section is for changes that no release has yet."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections[0] == "[Unreleased]"
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {
        "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security",
    }  # fmt: skip


def test_git_keeps_cassettes_byte_for_byte() -> None:
    """A line end that a checkout changes breaks the seal."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = [name for name in files() if name.endswith(".cassette.jsonl")]
    done = subprocess.run(
        ["git", "check-attr", "--stdin", "text"],  # noqa: S607 - the git that made the checkout
        cwd=ROOT,
        input="\n".join(names),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.splitlines() == [f"{name}: text: unset" for name in names]


@pytest.mark.parametrize("name", [name for name in SPECS if name.endswith(".json")])
def test_every_json_file_of_the_specs_is_valid(name: str) -> None:
    """It is JSON without a key given twice; and a JSON Schema, where it says that it is one."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"{name}: {keys}"
        return dict(pairs)

    value = json.loads((ROOT / name).read_text(encoding="utf-8"), object_pairs_hook=unique)
    if isinstance(value, dict) and "$schema" in value:
        validator_for(value).check_schema(value)


def test_every_spec_says_where_it_comes_from() -> None:
    """specs/PROVENANCE.md has a row for each file, alone or with others of its kind, and no other row."""
    text = (ROOT / "specs" / "PROVENANCE.md").read_text(encoding="utf-8")
    listed = [f"specs/{name}" for name in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)]
    told = {it: [row for row in listed if fnmatch(it, row)] for it in SPECS if it != "specs/PROVENANCE.md"}
    assert {it: rows for it, rows in told.items() if len(rows) != 1} == {}
    assert set(listed) <= {row for rows in told.values() for row in rows}


def test_ci_runs_the_command_of_the_readme() -> None:
    """Word for word, so that nobody has to guess what CI does."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r'^python3 -m venv .+"nox\[uv\]".+$', readme, re.MULTILINE)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

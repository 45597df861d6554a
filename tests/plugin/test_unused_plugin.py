"""Every pytest session on the machine loads the plugin, so it brings nothing along until a test asks for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

OWN = {"harness", "harness.pytest_plugin"}
HEAVY = {
    "httpx",
    "httpx2",
    "msgspec",
    "hypothesis",
    "syrupy",
    "anyio",
    "vcr",
    "yaml",
    "jsonschema",
    "click",
    "h11",
}
TELLS = """
import json, sys
from pathlib import Path

def pytest_unconfigure(config):
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    (Path(__file__).parent / f"{worker}.json").write_text(json.dumps(sorted(sys.modules)))
"""
TESTS = """
import unittest
import pytest

@pytest.fixture
def number():
    return 1

@pytest.mark.parametrize("other", [1, 2])
def test_function(number, other):
    assert number + other

class TestOfUnittest(unittest.TestCase):
    def test_method(self):
        self.assertTrue(True)
"""


def run(command: list[str], cwd: Path) -> str:
    """What a Python process prints that loads no plugin by itself; it must succeed."""
    left = ("PYTEST_", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left)}
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, *command],
        cwd=cwd,
        env={**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_to_import_the_plugin_imports_nothing_of_the_package(tmp_path: Path) -> None:
    """Neither ours nor anybody else's: what it needs, pytest has loaded before."""
    code = (
        "import json, sys, pytest; before = set(sys.modules); import harness.pytest_plugin;"
        " print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    assert set(json.loads(run(["-c", code], tmp_path))) == OWN


@pytest.mark.parametrize(
    "options",
    [(), ("--collect-only",), ("--markers",), ("--fixtures",), ("-p", "xdist", "--numprocesses", "2")],
    ids=["run", "collected", "markers", "fixtures", "in two workers"],
)
def test_a_session_without_cassettes_loads_nothing_because_of_us(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """No module of the package but the plugin, and no library that it is made with, in any of its processes."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text(TELLS, encoding="utf-8")
    (tmp_path / "test_plain.py").write_text(TESTS, encoding="utf-8")
    run(["-m", "pytest", "-p", "no:cacheprovider", "-p", "harness.pytest_plugin", *options], tmp_path)
    loaded = {path.stem: set(json.loads(path.read_text("utf-8"))) for path in tmp_path.glob("*.json")}
    assert set(loaded) == ({"main", "gw0", "gw1"} if "xdist" in options else {"main"})
    for modules in loaded.values():
        assert {name for name in modules if name.partition(".")[0] == "harness"} == OWN
        assert modules & HEAVY == set()

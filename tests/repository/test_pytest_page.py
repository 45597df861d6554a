"""docs/pytest.md tells of every option, setting, mark, fixture and function that the plugin has."""

from __future__ import annotations

import inspect
import re

from generators import pytest_page
from harness import generate, pytest_plugin, testing
from harness.testing.marks import ARGUMENTS
from tests.repository.checkout import ROOT

PAGE = (ROOT / "docs" / "pytest.md").read_text("utf-8")


def test_the_tables_are_those_of_the_plugin() -> None:
    """What is committed is what the code makes."""
    assert pytest_page.page(PAGE) == PAGE, "stale: python -m generators.pytest_page"


def test_every_mark_and_fixture_of_the_plugin_is_found() -> None:
    """Nothing is lost where pytest's output is read."""
    told = pytest_page.said("--markers")
    assert {name for name, _, _ in pytest_page.marks()} >= {"cassette", "rechunk", "faults"}
    assert all(f"@pytest.mark.{name}" in told for name, _, _ in pytest_page.marks())
    source = inspect.getsource(pytest_plugin)
    written = re.findall(r"^@pytest\.fixture.*\ndef ([a-z]\w+)", source, re.MULTILINE)
    assert [name for name, _, _ in pytest_page.fixtures()] == written


def test_every_argument_of_the_mark_is_told() -> None:
    """In the table below the marks."""
    section = PAGE.partition("\n## Marks\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert tuple(rows) == ARGUMENTS


def test_every_public_name_has_its_heading() -> None:
    """Of both packages that tests may import."""
    for module in (testing, generate):
        assert {name for name in module.__all__ if f"\n### {name}\n" not in PAGE} == set()

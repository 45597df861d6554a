"""docs/generate.md is true: its examples run, and its tables are whole."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from harness.generate import (
    GeneratedStream,
    anthropic_streams,
    chat_streams,
    gemini_streams,
    responses_streams,
)
from harness.generate.anthropic import FINISHES as ANTHROPIC
from harness.generate.chat import FINISHES as CHAT
from harness.generate.responses import FINISHES as RESPONSES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "generate.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
STRATEGIES = (chat_streams, responses_streams, anthropic_streams, gemini_streams)


def ran(program: str) -> str:
    """What a program of its own prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout  # noqa: S603 - ours


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_on_the_page_runs(example: str) -> None:
    """The page's own code, with its assertions."""
    exec(compile(example, "generate.md", "exec"), {"__name__": "page"})  # noqa: S102 - it is what the page promises


def test_the_table_has_every_argument_of_every_strategy() -> None:
    """And marks exactly those that have it."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\| [^|]+ \|$", TEXT, re.MULTILINE)
    told = {
        name: [cell.strip() == "x" for cell in cells.split("|")]
        for name, cells in rows
        if cells.count("|") == 3
    }
    parameters = [set(inspect.signature(one).parameters) for one in STRATEGIES]
    assert set(told) == set().union(*parameters)
    for name, marks in told.items():
        assert marks == [name in one for one in parameters], name


def test_the_page_tells_of_every_member_and_every_end() -> None:
    """Those that are data, and those that are computed."""
    members = {one.name for one in fields(GeneratedStream)} | {"body", "payloads", "kinds", "exchange()"}
    for name in members:
        assert f"`{name}`" in TEXT
    for words in (CHAT, RESPONSES, ANTHROPIC):
        assert f"| {', '.join(words)} |" in TEXT


def test_without_hypothesis_the_import_says_what_to_install() -> None:
    """In words, and not with an ImportError from the depth."""
    program = """
import sys
sys.modules["hypothesis"] = None
from harness.errors import HarnessError
try:
    import harness.generate
except HarnessError as error:
    print(error)
"""
    done = ran(program)
    assert "hypothesis, which is not installed" in done
    assert "pip install 'llm-stream-harness[fuzz]'" in done


def test_the_package_loads_no_strategy_before_one_is_used() -> None:
    """And a module that is imported first does not hide the strategy of its name."""
    program = """
import sys
import harness.generate
assert "harness.generate.chat" not in sys.modules
import harness.generate.chat
from harness.generate import chat_streams
assert callable(chat_streams)
"""
    assert ran(program) == ""

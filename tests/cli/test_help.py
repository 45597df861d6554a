"""Help texts, start-up, and the page that is made of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from harness.cli import cli, reference
from harness.cli.group import LazyGroup

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

COMMANDS = dict(reference.commands())
GROUPS: tuple[tuple[str, ...], ...] = ((), ("cassette",))


@pytest.mark.parametrize("path", GROUPS + tuple(tuple(path.split()[1:]) for path in COMMANDS), ids=" ".join)
def test_help_says_what_a_command_does(
    harness: Run, snapshot: SnapshotAssertion, path: tuple[str, ...]
) -> None:
    """Every command and group has a help text, on stdout."""
    outcome = harness(*path, "--help")
    assert outcome.code == 0
    assert not outcome.err
    assert outcome.out == snapshot


@pytest.mark.parametrize("path", COMMANDS, ids=str)
def test_every_option_says_what_it_does(path: str) -> None:
    """No option is without a help text."""
    options = [parameter for parameter in COMMANDS[path].params if isinstance(parameter, click.Option)]
    assert [option.opts for option in options if not option.help] == []


def test_the_tables_of_the_groups_name_every_command() -> None:
    """What `--help` of a group lists without importing anything can be imported."""
    context = click.Context(cli)
    groups = [cli, *(cli.get_command(context, name) for name in cli.list_commands(context))]
    for group in groups:
        if isinstance(group, LazyGroup):
            for name, (_, summary) in group.lazy.items():
                command = group.get_command(context, name)
                assert command is not None
                assert command.help
                assert summary.endswith(".")


def test_without_arguments_it_shows_its_help(harness: Run) -> None:
    """`harness` alone is an incomplete command, and says what it could be."""
    outcome = harness()
    assert (outcome.code, outcome.out) == (2, "")
    assert "Usage: harness" in outcome.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["record", "--help"], ["cassette", "show", "--help"]]
)
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    """Start-up is part of the design: what a command needs is imported when it runs."""
    program = (
        "import sys\n"
        "from harness.cli import run\n"
        f"run({arguments!r})\n"
        "heavy = 'httpx httpx2 h11 vcr yaml jsonschema hypothesis rich asyncio ssl brotli zstandard msgspec uvloop'\n"
        "print('heavy:', [name for name in heavy.split() if name in sys.modules])\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_the_reference_is_fresh() -> None:
    """docs/cli.md is what the commands say about themselves."""
    page = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
    if not page.is_file():
        pytest.skip("docs/ is not part of this installation")
    assert page.read_text(encoding="utf-8") == reference.render(), (
        "stale: python -m harness.cli.reference > docs/cli.md"
    )

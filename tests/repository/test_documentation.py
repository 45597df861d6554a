"""What the documents link to is there, and the commands that they show exist."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import click
import pytest

from harness.cassettes.pace import parse_pace
from harness.cli import cli
from harness.faults.registry import parse_fault
from tests.repository.checkout import ROOT, files, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = texts(".md")
FENCED = re.compile(r"^(```+)[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]\n]*\]\(([^()\s]+)\)")
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
COMMAND = re.compile(r"(?:^|\s|/)harness +(?P<words>[a-z].*)$")


def links() -> Iterator[tuple[str, str]]:
    """Every link to another place in the project: the page, and what it points at."""
    for page, text in PAGES.items():
        for target in LINK.findall(FENCED.sub("", text)):
            if not re.match(r"[a-z]+:", target):
                yield page, target


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ +(.+?)\s*$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands() -> Iterator[tuple[str, str]]:
    """Every command line of ours in a code block or in running text: the page, and what stands behind `harness`."""
    for page, text in PAGES.items():
        for _, block in FENCED.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                if match := COMMAND.search(line):
                    yield page, match["words"]
        for code in INLINE.findall(FENCED.sub("", text)):
            if match := re.match(r"harness +(?P<words>[a-z].*)$", code):
                words = match["words"]
                # Running text may speak of an option without its value.
                yield page, f"{words} VALUE" if re.search(r" --?[a-z-]+$", words) else words


def parse(words: list[str]) -> tuple[click.Command, dict[str, object]]:
    """Find the command and read its options as click does, without running it.

    Raises:
        click.UsageError: An option does not exist.
    """
    command: click.Command = cli
    while isinstance(command, click.Group) and words:
        name, *words = words
        with click.Context(command) as context:
            found = command.get_command(context, name)
        assert found is not None, f"there is no command {name!r}"
        command = found
    with click.Context(command) as context:
        values, _, _ = command.make_parser(context).parse_args(words)
    return command, values


def check_values(command: click.Command, values: dict[str, object]) -> None:
    """Hold the values that are written out, not as METAVAR, to what the option takes."""
    for option in command.params:
        given = values.get(option.name or "")
        for value in given if isinstance(given, list) else [given]:
            if not isinstance(value, str) or value.isupper() or not isinstance(option, click.Option):
                continue
            if isinstance(option.type, click.Choice):
                assert value in option.type.choices, f"{option.opts[0]} {value}"
            elif option.opts[0] == "--pace":
                parse_pace(value)
            elif option.opts[0] == "--fault":
                parse_fault(value)


def test_there_is_something_to_check() -> None:
    """The patterns above still find links and commands."""
    assert len(list(links())) > 20
    assert len(list(commands())) > 20


@pytest.mark.parametrize(("page", "target"), sorted(set(links())))
def test_every_link_leads_somewhere(page: str, target: str) -> None:
    """The file is part of the project, and the heading is on it."""
    path, _, anchor = target.partition("#")
    place = PurePosixPath(page).parent / path if path else PurePosixPath(page)
    resolved = (ROOT / place).resolve().relative_to(ROOT).as_posix()
    assert resolved in files() or any(name.startswith(f"{resolved}/") for name in files())
    if anchor:
        assert anchor in anchors(PAGES[resolved])


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_every_command_that_is_shown_exists_with_its_options(page: str, line: str) -> None:
    """Commands, options, choices, paces and faults are such as the command line takes."""
    words = shlex.split(line.partition(" | ")[0], comments=True)
    own = words[: words.index("--")] if "--" in words else words
    check_values(*parse(own))


def test_the_readme_counts_the_shipped_recordings() -> None:
    """The figure is the number of cassettes."""
    (figure,) = re.findall(r"\[(\d+) recordings of real servers\]", PAGES["README.md"])
    assert int(figure) == sum(
        name.startswith("cassettes/") and name.endswith(".cassette.jsonl") for name in files()
    )

"""Does what a page says, top to bottom, and tells where something else came than the page shows.

`python -m tests.pages.running PAGE...` writes into the pages what was really printed, but for blocks with a line `...`.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.pages.blocks import Aside, File, Step, steps
from tests.pages.terminal import Outcome, Terminal, differences

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = (
    *("README.md", "docs/tutorial.md", "docs/pytest.md", "docs/howto/*.md"),
    *("docs/clients.md", "docs/generate.md"),
)
"""The pages that are held."""

IN_CHECKOUT = ("README.md", "docs/tutorial.md")
"""Pages whose reader begins in a checkout of the project."""

ON_A_COPY = ("docs/howto/rule.md", "docs/howto/dialect.md")
"""Pages whose reader changes the project itself."""

CHECKOUT = "llm-stream-harness"


class Amiss(NamedTuple):
    """Something that is not as the page says.

    Attributes:
        step: What was run.
        outcome: What came of it.
        text: What is wrong, for people.
    """

    step: Step
    outcome: Outcome
    text: str


def pages() -> list[str]:
    """The pages that are held, from the project's root; the README is not beside the tests of a built wheel."""
    return sorted(path.relative_to(ROOT).as_posix() for pattern in PATTERNS for path in ROOT.glob(pattern))


def amiss(path: str, folder: Path, *, all_of_it: bool = False) -> list[Amiss]:
    """Do what a page of the project says.

    Args:
        path: The page, from the project's root.
        folder: An empty folder, or one that is not there yet.
        all_of_it: Go on after something went wrong.
    """
    return page_amiss(path, (ROOT / path).read_text("utf-8"), folder, all_of_it=all_of_it)


def page_amiss(path: str, page: str, folder: Path, *, all_of_it: bool = False) -> list[Amiss]:
    """The same with the page's text, whose first line is line 1 of the path."""
    found: list[Amiss] = []
    terminal = Terminal(folder, CHECKOUT if path in {*IN_CHECKOUT, *ON_A_COPY} else "project")
    if path in IN_CHECKOUT:
        for name in ("cassettes", "docs"):
            (terminal.folder / name).symlink_to(ROOT / name, target_is_directory=True)
    if path in ON_A_COPY:
        copy_checkout(terminal)
    try:
        for step in steps(page):
            if isinstance(step, Aside):
                continue
            if isinstance(step, File):
                terminal.write(step.name, step.text)
                continue
            outcome = terminal.run(step.text, step.language)
            lines = [] if step.shown is None else list(differences(step.shown, outcome.lines))
            if outcome.code != step.code:
                lines = [f"exit code {outcome.code}, not {step.code}", *(lines or outcome.lines)]
            if lines:
                found.append(Amiss(step, outcome, "\n".join((f"{path}:{step.line}: {step.text}", *lines))))
                if not all_of_it:
                    break
    finally:
        terminal.close()
    return found


def copy_checkout(terminal: Terminal) -> None:
    """Give the reader a checkout to change, whose package is the one that commands run."""
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for name in ("harness", "specs", "cassettes", "docs", "tests", "generators"):
        shutil.copytree(ROOT / name, terminal.folder / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, terminal.folder)
    # Whatever is stale here is no affair of the page.
    terminal.run("python -m harness.cli.pages")
    who = "-c user.name=reader -c user.email=reader@localhost"
    terminal.run(f"git init -q && git add . && git {who} commit -q -m begin")
    terminal.environment["PYTHONPATH"] = str(terminal.folder)


def main(paths: list[str]) -> None:
    """Write what was printed into the pages."""
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            found = amiss(path, Path(folder), all_of_it=True)
        page = (ROOT / path).read_text("utf-8")
        for one in reversed(found):
            step, outcome = one.step, one.outcome
            if step.at is None or outcome.code != step.code or "..." in (step.shown or ()):
                sys.stderr.write(f"{one.text}\n\n")
                continue
            if re.search(r"/(?:root|home|work|tmp|Users)/", "\n".join(outcome.lines)):
                sys.stderr.write(f"{one.text}\n\n")  # a folder of this machine is in it
                continue
            start, stop = step.at
            page = page[:start] + "".join(f"{line.rstrip()}\n" for line in outcome.lines) + page[stop:]
        (ROOT / path).write_text(page, "utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

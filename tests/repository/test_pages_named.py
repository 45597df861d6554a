"""What pages tell their readers is run, but for what has a reason; and the files that they name are there."""

from __future__ import annotations

import re

import pytest

from tests.pages.blocks import Aside, File, Step, steps
from tests.pages.running import pages
from tests.repository.checkout import ROOT


@pytest.mark.parametrize("path", pages())
def test_a_page_has_more_that_is_run_than_is_not(path: str) -> None:
    """What is not run has its reason, and is the exception."""
    found = steps((ROOT / path).read_text("utf-8"))
    run = [one for one in found if isinstance(one, Step | File)]
    assert len(run) >= len([one for one in found if isinstance(one, Aside)])
    assert all(len(one.why.split()) > 2 for one in found if isinstance(one, Aside))


@pytest.mark.parametrize("path", pages())
def test_every_file_of_ours_that_a_page_names_is_there(path: str) -> None:
    """In running text; one that the page itself writes need not be."""
    text = (ROOT / path).read_text("utf-8")
    written = {one.name for one in steps(text) if isinstance(one, File)}
    named = set(re.findall(r"`((?:harness|tests|specs|generators)/[\w./-]+)`", text)) - written
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_readme_the_tutorial_and_every_how_to_are_held() -> None:
    """Nothing is left out by a change of names."""
    howto = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "howto").iterdir()}
    others = {"docs/tutorial.md", "docs/pytest.md", "docs/clients.md", "docs/generate.md"}
    assert {"README.md", *others, *howto} == set(pages())

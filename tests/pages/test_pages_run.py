"""What the tutorial, the how-to pages and the README tell their readers to do works, and prints what they show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.pages.blocks import Aside, File, Step, steps
from tests.pages.running import ROOT, amiss

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = ("README.md", "docs/tutorial.md", "docs/howto/*.md")
PAGES = sorted(path.relative_to(ROOT).as_posix() for pattern in PATTERNS for path in ROOT.glob(pattern))
"""The pages that are held; the README is not beside the tests where these run on the built wheel."""


def text_of(path: str) -> str:
    """A page."""
    return (ROOT / path).read_text("utf-8")


def needs_sdk(path: str) -> bool:
    """Whether a page uses an SDK that only the session `clients` installs."""
    return "import openai" in text_of(path) or "-- python docs/examples/" in text_of(path)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=pytest.mark.sdk if needs_sdk(path) else ()) for path in PAGES]
)
def test_a_page_can_be_followed_from_top_to_bottom(path: str, tmp_path: Path) -> None:
    """Every command ends as the page says, and prints what stands there."""
    if needs_sdk(path):
        pytest.importorskip("openai", reason="the page uses OpenAI's SDK: nox -s clients")
    found = amiss(path, tmp_path / "reader")
    assert not found, found[0].text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_more_that_is_run_than_is_not(path: str) -> None:
    """What is not run has its reason, and is the exception."""
    found = steps(text_of(path))
    run = [one for one in found if isinstance(one, Step | File)]
    assert len(run) >= len([one for one in found if isinstance(one, Aside)])
    assert all(len(one.why.split()) > 2 for one in found if isinstance(one, Aside))


@pytest.mark.parametrize("path", PAGES)
def test_every_file_of_ours_that_a_page_names_is_there(path: str) -> None:
    """In running text; one that the page itself writes need not be."""
    text = text_of(path)
    written = {one.name for one in steps(text) if isinstance(one, File)}
    named = set(re.findall(r"`((?:harness|tests|specs|generators)/[\w./-]+)`", text)) - written
    assert {name for name in named if not (ROOT / name).exists()} == set()

"""What the tutorial, the how-to pages and the README tell their readers to do works, and prints what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pages.running import ROOT, amiss, pages

if TYPE_CHECKING:
    from pathlib import Path


def text_of(path: str) -> str:
    """A page."""
    return (ROOT / path).read_text("utf-8")


def needs_sdk(path: str) -> bool:
    """Whether a page uses an SDK that only the session `clients` installs."""
    return "import openai" in text_of(path) or "-- python docs/examples/" in text_of(path)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=pytest.mark.sdk if needs_sdk(path) else ()) for path in pages()]
)
def test_a_page_can_be_followed_from_top_to_bottom(path: str, tmp_path: Path) -> None:
    """Every command ends as the page says, and prints what stands there."""
    if needs_sdk(path):
        pytest.importorskip("openai", reason="the page uses OpenAI's SDK: nox -s clients")
    found = amiss(path, tmp_path / "reader")
    assert not found, found[0].text

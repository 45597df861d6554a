"""The picture that the README shows is of the report that is published."""

from __future__ import annotations

import pytest

from generators import report_picture
from tests.repository.checkout import ROOT


@pytest.mark.parametrize("scheme", report_picture.SCHEMES)
def test_a_picture_is_of_the_published_report_and_small(scheme: str) -> None:
    """It notes which report was taken; it is a whole PNG, and can be fetched with the page."""
    data = report_picture.path_of(scheme).read_bytes()
    assert report_picture.size(data) == report_picture.SIZE
    assert len(data) < report_picture.MOST_BYTES
    assert report_picture.noted(data) == report_picture.digest(), "stale: nox -s picture takes it anew"


def test_the_readme_shows_both_with_words_for_those_who_do_not_see_them() -> None:
    """Dark where the reader's page is dark."""
    page = (ROOT / "README.md").read_text("utf-8")
    for scheme in report_picture.SCHEMES:
        path = report_picture.path_of(scheme).relative_to(ROOT).as_posix()
        assert page.count(f'"{path}"') == 1
    assert 'alt="The report' in page

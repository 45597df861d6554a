"""The page on other servers' streams is what the rules find in them today, and every finding has its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.findings import Severity
from tests.corpus.official_traffic import recorded
from tests.corpus.providers import REPORT, Reasons, others, page
from tests.judging import judged

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.corpus


def test_the_page_is_what_the_rules_find_and_no_reason_is_left_over(corpus: Path) -> None:
    """A finding without a reason stops the generator, so each one was looked at."""
    reasons = Reasons()
    assert page(corpus, reasons) == REPORT.read_text("utf-8"), "run: python -m tests.corpus.providers"
    assert reasons.unused() == set()


def test_the_filter_chunk_of_azure_is_an_error_in_profile_openai_and_none_in_azure(corpus: Path) -> None:
    """Nearly every stream of Azure has one, and no other chunk of them has a wrong object."""
    rows = [
        one.row["file"] for one in others(corpus) if one.provider == "azure" and one.row["dialect"] == "chat"
    ]
    count = {
        name: sum(
            finding.rule == "CHAT-OBJ-001" and finding.severity is Severity.ERROR
            for file in rows
            for finding in judged(recorded(corpus, file), "chat", profile_name=name).findings
        )
        for name in ("openai", "azure")
    }
    assert count == {"openai": 48, "azure": 0}

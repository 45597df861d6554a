"""What the rule on mixed choices leaves to others: a choice that lost blanks holds nobody else's text."""

from __future__ import annotations

import json

import pytest

from harness.rules.example import parse_example
from tests.judging import judged_example


def spoken(upstream: tuple[str, str], arrived: tuple[str, str]) -> set[str]:
    """The rules on texts that speak where two choices arrive otherwise than they were sent."""
    sent, came = map(json.dumps, upstream), map(json.dumps, arrived)
    mine = [f"event {at}: choices.0.delta.content = {text}" for at, text in enumerate(came, 2)]
    theirs = [f"event 0: candidates.{at}.content.parts.0.text = {text}" for at, text in enumerate(sent)]
    rest = [f'event 1: candidates.{at}.content.parts.0.text = ""' for at in (0, 1)]
    ends = [f'event {at}: choices.0.delta.content = ""' for at in (4, 5)]
    parts = [
        "stream: translation/chat_candidates",
        *mine,
        *ends,
        "--- upstream",
        "stream: gemini/candidates",
        *theirs,
        *rest,
    ]
    found = judged_example(parse_example("\n".join(parts))).findings
    return {one.rule for one in found if one.rule in {"XLAT-N-001", "XLAT-TEXT-001"}}


@pytest.mark.parametrize(
    ("upstream", "arrived"),
    [(("", "\n\n\n\n"), ("", "")), (("Yes.", "Yes.\n"), ("Yes.", "Yes."))],
    ids=["nothing is left", "the rest is what another says"],
)
def test_a_choice_that_lost_its_line_ends_is_told_as_that(
    upstream: tuple[str, str], arrived: tuple[str, str]
) -> None:
    """It is like the other by accident."""
    assert spoken(upstream, arrived) == {"XLAT-TEXT-001"}


def test_choices_under_each_other_s_index_are_told_as_mixed() -> None:
    """Their texts came whole, and elsewhere."""
    assert spoken(("Yes.", "No."), ("No.", "Yes.")) == {"XLAT-N-001"}

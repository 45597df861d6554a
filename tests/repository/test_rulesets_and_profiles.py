"""What is promised by name and date: rulesets that do not change, and profiles that say why they differ."""

from __future__ import annotations

import pytest

from harness.checking.profiles import profile, profile_names
from harness.checking.rulesets import ruleset, ruleset_dates
from harness.errors import UnknownName
from harness.rules.registry import rules
from tests.repository.checkout import ROOT

SETTINGS = [(name, rule_id) for name in profile_names() for rule_id in profile(name).settings]


def test_the_newest_ruleset_holds_every_rule_that_is_no_preview() -> None:
    """With today's severities; a rule that is newer, or whose severity changed, needs a new ruleset or a preview."""
    newest = ruleset(ruleset_dates()[-1])
    now = {rule.id: rule.severity for rule in rules().values() if not rule.preview}
    assert dict(newest) == now, "python -m harness.checking.rulesets prints the file of a new date"


@pytest.mark.parametrize("date", ruleset_dates())
def test_a_ruleset_names_rules_that_exist(date: str) -> None:
    """An id is never reused and never goes away."""
    assert set(ruleset(date)) <= set(rules())


def test_an_unknown_date_or_profile_is_an_error_with_a_suggestion() -> None:
    """As every unknown name."""
    with pytest.raises(UnknownName):
        ruleset("1970-01-01")
    with pytest.raises(UnknownName, match="opnai"):
        profile("opnai")


@pytest.mark.parametrize(("name", "rule_id"), SETTINGS)
def test_a_profile_says_why_it_differs(name: str, rule_id: str) -> None:
    """The rule exists, something about it is changed, and reason, evidence and date are there."""
    setting = profile(name).settings[rule_id]
    assert rule_id in rules()
    assert not setting.on or setting.options or setting.severity not in {None, rules()[rule_id].severity}
    assert setting.reason
    assert setting.evidence
    assert setting.date


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_has_a_title_and_is_documented(name: str) -> None:
    """The page about checking names it."""
    assert profile(name).title
    assert f"`{name}`" in (ROOT / "docs" / "checking.md").read_text("utf-8")

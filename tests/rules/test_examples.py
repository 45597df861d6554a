"""Every rule carries its own proof: a stream that breaks it and nothing else, and one that breaks nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.findings import Severity
from harness.rules.manual import CONFORMS, VIOLATES, page
from harness.rules.registry import rules
from harness.rules.translation.sessions import OfRuns
from harness.scenarios.registry import scenarios
from tests.judging import judged_example

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.example import Example
    from harness.rules.rule import Rule

CLASSES = list(rules().values())
ALONE = [rule for rule in CLASSES if issubclass(rule, OfRuns)]
"""Only a run of scenarios can judge these: tests/unit/test_sandwich_* hold them to what they say."""
VIOLATING = [(rule, index) for rule in CLASSES for index in range(len(page(rule).violates))]
CONFORMING = [(rule, index) for rule in CLASSES for index in range(len(page(rule).conforms))]


def named(pair: object) -> str:
    """The test's name: the rule, and which of its examples."""
    return pair.id if isinstance(pair, type) else str(pair)  # type: ignore[attr-defined]


def told(findings: list[Finding]) -> list[str]:
    """Findings in one line each, for a failure that explains itself."""
    return [f"{one.severity} {one.rule} event {one.where.event}: {one.message}" for one in findings]


@pytest.mark.parametrize("rule", CLASSES, ids=named)
def test_a_rule_has_a_page_with_both_kinds_of_example(rule: type[Rule[Any]]) -> None:
    """What the manual needs: one sentence, the reason, a breach, and a stream that keeps the rule."""
    read = page(rule)
    assert read.summary.endswith(".")
    assert read.sections.get("Why it matters"), rule.id
    assert rule in ALONE or read.violates, f"{rule.id} has no violating example"
    assert rule in ALONE or read.conforms, f"{rule.id} has no conforming example"
    assert rule.source, rule.id


@pytest.mark.parametrize("rule", ALONE, ids=named)
def test_a_rule_that_only_a_run_can_judge_shows_what_it_means_and_says_where(rule: type[Rule[Any]]) -> None:
    """An example holds one exchange, so that what breaks such a rule is drawn."""
    read = page(rule)
    assert read.violates == read.conforms == ()
    assert read.sections[VIOLATES] != read.sections[CONFORMS]
    assert read.sections["How to mend"]
    named_in = re.findall(r"scenario\s+`([a-z-]+)`", read.sections["Exceptions"])
    assert named_in
    assert set(named_in) <= {one.name for one in scenarios()}


@pytest.mark.parametrize(("rule", "index"), VIOLATING, ids=named)
def test_a_violating_stream_trips_its_rule_and_no_other_error(rule: type[Rule[Any]], index: int) -> None:
    """One fault, one finding: whatever else is said about the stream is milder."""
    example: Example = page(rule).violates[index]
    findings = judged_example(example).findings
    assert rule.id in {one.rule for one in findings}, told(findings)
    others = [one for one in findings if one.rule != rule.id and one.severity is Severity.ERROR]
    assert not others, told(others)


@pytest.mark.parametrize(("rule", "index"), CONFORMING, ids=named)
def test_a_conforming_stream_trips_nothing(rule: type[Rule[Any]], index: int) -> None:
    """Neither errors nor warnings; the rule itself says nothing at all."""
    example: Example = page(rule).conforms[index]
    findings = judged_example(example).findings
    loud = [one for one in findings if one.severity is not Severity.INFO or one.rule == rule.id]
    assert not loud, told(loud)

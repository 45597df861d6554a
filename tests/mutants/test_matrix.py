"""Every fault in every conforming answer: what it declares fires, and nothing else."""

from __future__ import annotations

import pytest

from harness.faults.registry import faults, parse_fault
from harness.findings import Severity
from harness.rules.manual import page as manual_page
from harness.rules.registry import rules
from tests.mutants import page
from tests.mutants.bases import Base, bases, recorded
from tests.mutants.exceptions import COLLATERAL, FIXTURE_ONLY
from tests.mutants.matrix import DECIDED_UPSTREAM, Fate, row, trials

pytestmark = pytest.mark.thorough

WRITTEN = page.PATH.read_text("utf-8") if page.PATH.is_file() else ""
ROWS = page.lines(WRITTEN)


@pytest.mark.parametrize("base", bases(), ids=lambda base: base.name)
def test_what_faults_are_made_in_conforms(base: Base) -> None:
    """Otherwise a finding would prove nothing."""
    findings = base.judged(base.exchange).findings

    assert [(one.rule, one.message) for one in findings if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize("name", faults())
def test_a_fault_breaks_what_it_declares_wherever_it_applies(name: str) -> None:
    """No mutant survives; no other rule finds an error; and the page says so."""
    fault = faults()[name]
    found = row(fault)
    survivors = [(trial.base, trial.fault) for trial in found.trials if trial.fate is Fate.SURVIVED]
    others = [
        (trial.base, trial.fault, rule, message)
        for trial in found.trials
        for rule, message in trial.collateral
        if (name, rule) not in COLLATERAL
    ]

    assert survivors == [], "no declared rule fires"
    assert others == [], "an error that the fault does not declare"
    assert any(trial.fate is not Fate.NOT_APPLICABLE for trial in found.trials), "it applies nowhere"
    assert ROWS.get(name) == page.line(found), "docs/mutants.md is stale: python -m tests.mutants.page"


@pytest.mark.parametrize("base", recorded(), ids=lambda base: base.name)
def test_faults_in_recordings_of_real_servers_are_found_as_well(base: Base) -> None:
    """Their streams are spelled and cut in ways that nobody would make up."""
    found = [trial for fault in faults().values() for trial in trials(fault, base, seeds=1)]
    benign = [fault for fault in found if faults()[parse_fault(fault.fault).name].benign]

    assert [(one.base, one.fault) for one in found if one.fate is Fate.SURVIVED] == []
    assert [(one.fault, one.collateral) for one in found if one.collateral] == []
    assert [(one.fault, one.warnings) for one in benign if one.warnings] == []


@pytest.mark.parametrize("name", [name for name, fault in faults().items() if fault.benign])
def test_a_benign_change_gives_no_error_and_only_declared_warnings(name: str) -> None:
    """Line ends, comments, other cuts, unknown fields and vendors' events are what servers may do."""
    found = row(faults()[name])

    assert [trial for trial in found.trials if trial.collateral or trial.warnings] == []
    assert {trial.fate for trial in found.trials} >= {Fate.LEGAL} or found.killers


def test_every_rule_is_broken_by_a_mutant_or_stands_in_the_list() -> None:
    """And the list names no rule that a mutant does break, and none that has no violating example."""
    broken = page.broken_by(ROWS)

    assert [rule for rule, found in broken.items() if not found] == [
        rule for rule in rules() if rule in FIXTURE_ONLY
    ]
    assert all(manual_page(rules()[rule]).violates for rule in FIXTURE_ONLY)


def test_the_page_is_what_its_rows_make() -> None:
    """Each fault's row is held to the fault by its own test, everything else follows from the rows."""
    assert list(ROWS) == list(faults())
    assert page.render(ROWS) == WRITTEN, "docs/mutants.md is stale: python -m tests.mutants.page"


def test_the_lists_of_exceptions_name_what_there_is() -> None:
    """Nothing in them outlives its fault, its rule or its answer."""
    names = {base.name for base in bases()}

    assert all(fault in faults() and rule in rules() for fault, rule in COLLATERAL)
    assert all(fault in faults() and base in names for fault, base in DECIDED_UPSTREAM)

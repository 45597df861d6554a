"""Pages made from the code say what the code says."""

from __future__ import annotations

import pytest

from harness.checking.requirements import BINDING, Requirement, specifications
from harness.cli.pages import documents
from harness.rules.registry import rules
from harness.rules.unbuilt import UNBUILT
from tests.repository.checkout import ROOT

DOCUMENTS = documents()
REQUIREMENTS = [(one.name, it) for one in specifications() for it in one.requirements]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_page_is_fresh(name: str) -> None:
    """What is committed is what the code makes."""
    path = ROOT / "docs" / name
    assert path.is_file(), "missing: python -m harness.cli.pages writes it"
    assert path.read_text("utf-8") == DOCUMENTS[name], "stale: python -m harness.cli.pages writes it anew"


@pytest.mark.parametrize(
    ("name", "requirement"), REQUIREMENTS, ids=[f"{name}-{it.id}" for name, it in REQUIREMENTS]
)
def test_a_normative_sentence_has_a_rule_or_a_reason(name: str, requirement: Requirement) -> None:
    """None is forgotten, none is claimed twice over, and no rule is named that does not exist."""
    assert bool(requirement.rules) != bool(requirement.excluded), (name, requirement.keyword in BINDING)
    unknown = [rule for rule in requirement.rules if rule not in rules()]
    assert not unknown, unknown


def test_no_rule_is_both_built_and_not() -> None:
    """The list of rules that cannot be built holds only those."""
    assert not set(UNBUILT) & set(rules())


def test_requirement_ids_are_unique() -> None:
    """An id names one sentence."""
    for one in specifications():
        ids = [it.id for it in one.requirements]
        assert len(ids) == len(set(ids)), one.name

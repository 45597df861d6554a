"""What the matrix does not hold, each with its reason."""

from __future__ import annotations

from harness.rules.registry import rules
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.sessions import OfRuns

OF_REQUESTS = frozenset(name for name, rule in rules().items() if issubclass(rule, Fidelity))
"""Rules that hold one request against another; tests/unit/test_rules_translation_requests_mutants.py breaks them."""

OF_RUNS = frozenset(name for name, rule in rules().items() if issubclass(rule, OfRuns))
"""Rules that only a run of scenarios can judge; tests/miniatures has a gateway that breaks each."""

FIXTURE_ONLY: dict[str, str] = {
    name: "it compares requests, and faults are made in answers" for name in rules() if name in OF_REQUESTS
} | {
    "XLAT-RSN-006": "its client asks for a summary of the thought; those of the answers that are broken here do not"
}
"""Rules that no mutation of a conforming answer breaks; their pages' violating examples do."""

COLLATERAL = {
    ("choice_index_missing", "CHAT-ROLE-001"): (
        "In a stream of two choices, a piece without an index could belong to either; it is taken for the first, and "
        "the other then lacks what was in it."
    ),
}
"""Errors that a fault does not declare and that come all the same: the fault, the rule, and why that is right."""

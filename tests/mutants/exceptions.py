"""What the matrix does not hold, each with its reason."""

from __future__ import annotations

FIXTURE_ONLY: dict[str, str] = {}
"""Rules that no mutation of a conforming answer breaks; their pages' violating examples do."""

COLLATERAL = {
    ("choice_index_missing", "CHAT-ROLE-001"): (
        "In a stream of two choices, a piece without an index could belong to either; it is taken for the first, and "
        "the other then lacks what was in it."
    ),
}
"""Errors that a fault does not declare and that come all the same: the fault, the rule, and why that is right."""

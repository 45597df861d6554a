"""Which rules of the catalogue the faults break, and why none can break the others."""

from __future__ import annotations

import re

import pytest

from harness.faults.registry import faults
from tests.conforming import ALL

pytestmark = pytest.mark.thorough

CATALOGUE = {
    "SSE": {
        "UTF8": 3, "BOM": 1, "FRAME": 5, "FIELD": 2, "ID": 2, "RETRY": 1, "EVENT": 5, "COMM": 2, "DONE": 4,
        "JSON": 3, "TRUNC": 1, "IDLE": 1, "CHUNK": 1,
    },
    "HTTP": {"CT": 2, "MODE": 2, "STATUS": 3, "ERR": 5, "HDR": 3, "CLOSE": 2},
    "CHAT": {
        "OBJ": 2, "ID": 2, "CREATED": 2, "MODEL": 1, "FP": 1, "CHOICE": 7, "DELTA": 4, "ROLE": 3, "CONT": 6,
        "REF": 1, "RSN": 2, "TOOL": 14, "FIN": 8, "USE": 10, "LOGP": 3, "ERR": 4, "SYNC": 5, "OBF": 1, "AUD": 1,
    },
    "RESP": {
        "ENV": 4, "SEQ": 4, "LIFE": 12, "ID": 4, "OBJ": 6, "ITEM": 20, "PART": 8, "TEXT": 9, "REF": 1, "FC": 7,
        "CTC": 1, "RSN": 7, "TERM": 6, "TOOL": 11, "OBF": 1, "SYNC": 2, "ERR": 1,
    },
    "XLAT": {
        "TEXT": 1, "TOOL": 5, "FIN": 5, "USE": 7, "RSN": 6, "ERR": 6, "KEEP": 1, "ID": 3, "ORDER": 1, "STREAM": 6,
        "ROUND": 1, "REF": 1, "ANN": 1, "N": 1, "EMPTY": 1, "TMPL": 1, "REQ": 21,
    },
    "UP": {"ORDER": 2, "BLOCK": 2, "END": 2, "SCHEMA": 1, "SUM": 1, "USE": 1},
}  # fmt: skip
"""How many rules each chapter has; they are numbered from 001."""

NO_MUTATION = {
    "SSE-CHUNK-001": "a law about parsers: no stream breaks it, only a reader that depends on chunks",
    "XLAT-ORDER-001": "a law about a translator over all upstream streams; one bad stream is a RESP or CHAT finding",
    "XLAT-STREAM-002": "compares two translations of one recording; one changed half is no second translation",
    "XLAT-STREAM-003": "compares the translations of one recording cut in two ways",
    "XLAT-ID-003": "compares the answers of many sessions",
    "XLAT-STREAM-005": "is about when an upstream was left; both ends' clock is needed",
    "XLAT-STREAM-006": "compares sessions that are played at the same time",
    "XLAT-ROUND-001": "compares what went there and back again; one answer is one way",
    "XLAT-TMPL-001": "needs to know that a guardrail edited the stream; its traces are RESP-SEQ and RESP-ITEM findings",
    "XLAT-RSN-006": "needs a client that asks for a summary of the thought; those of the shared answers do not",
    **{
        f"XLAT-REQ-{number:03}": "holds a request against another; faults are made in answers"
        for number in range(2, 22)
    },
}

RULES = tuple(
    f"{chapter}-{section}-{number:03}"
    for chapter, sections in CATALOGUE.items()
    for section, count in sections.items()
    for number in range(1, count + 1)
)
MANNERS = [one for fault in faults().values() for one in fault.manners()]
BROKEN = {rule for one in MANNERS for rule in one.declared()}


def test_every_rule_that_a_mutation_can_break_is_broken_by_a_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the others are listed with the reason; a list that is too long fails as well."""
    missing = [rule for rule in RULES if rule not in BROKEN]
    with capsys.disabled():
        print(f"\n{len(BROKEN)} of {len(RULES)} rules are broken by {len(faults())} faults")  # noqa: T201 - the count is the point

    assert missing == [rule for rule in RULES if rule in NO_MUTATION]


def test_faults_break_only_rules_of_the_catalogue() -> None:
    """A misspelled rule would never be seen to fire."""
    assert set(RULES) >= BROKEN
    assert all(re.fullmatch(r"[A-Z]+-[A-Z0-9]+-\d{3}", rule) for rule in RULES)


def test_there_are_enough_faults_in_all_chapters() -> None:
    """Sixty are asked for; each is one file."""
    folders = {fault.__module__.split(".")[2] for fault in faults().values()}

    assert len(faults()) >= 64
    assert folders == {"transport", "stream", "http", "chat", "responses", "sync", "upstream", "benign"}


@pytest.mark.parametrize("fault", MANNERS, ids=lambda one: f"{one.name}-{getattr(one, 'how', '')}")
def test_a_fault_says_what_it_breaks_or_that_it_is_benign(fault: object) -> None:
    """In each of its manners; what only hurts clients, as slowness does, breaks nothing."""
    harmless = {"slow", "late_headers", "status", "hangup"}
    one = next(one for one in MANNERS if one is fault)

    assert one.declared() or one.benign or one.name in harmless


@pytest.mark.parametrize("fault", MANNERS, ids=lambda one: f"{one.name}-{getattr(one, 'how', '')}")
def test_a_fault_can_be_made_in_a_conforming_answer(fault: object) -> None:
    """No fault is dead: each manner of each applies to one at least of the answers that tests share."""
    one = next(one for one in MANNERS if one is fault)

    assert any(one.applies(exchange) for exchange in ALL.values())


def test_manners_are_the_values_of_how() -> None:
    """What a matrix must try to have tried all of a fault."""
    manners = faults()["role_wrong"].manners()

    assert [str(one) for one in manners] == ["role_wrong", "role_wrong:how=user"]
    assert faults()["chunk_object"].manners()[2].declared() == ("CHAT-OBJ-001", "CHAT-OBJ-002")
    assert faults()["chunk_object"].breaks == ("CHAT-OBJ-001", "CHAT-OBJ-002")
    assert [str(one) for one in faults()["drop"].manners()] == ["drop"]

"""Gateways that somebody broke who did not know how the hunt, its conversations or the rules work.

All thirty were hunted once for five minutes each by three seeds before anybody mended anything for them: of the fifteen
in tests/miniatures/unseen_*.py eleven to thirteen were found, and `FOUND` has those that take seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import harness
from tests.miniatures.unseen import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Mapping

PLENTY = 300.0
"""Seconds: a limit to tell a hunt that goes on from one that hangs."""

MOST_EVENTS = 12
"""Of upstream, in what is called the smallest session."""

FOUND: Mapping[str, tuple[str, ...]] = {
    "calls-hide-length": ("XLAT-FIN-004",),
    "empty-arguments": ("CHAT-TOOL-009", "CHAT-SYNC-003"),
    "escapes-doubled": ("XLAT-TOOL-001", "XLAT-REQ-010"),
    "finish-empty-string": ("CHAT-FIN-002",),
    "item-done-as-added": ("RESP-PART-008", "RESP-TERM-002"),
    "joiners-stripped": ("XLAT-TEXT-001",),
    "last-words-lost": ("CHAT-CONT-006", "XLAT-TEXT-001"),
    "nulls-dropped": ("XLAT-TOOL-001", "XLAT-REQ-010"),
    "opening-usage-kept": ("XLAT-USE-006",),
    "same-tool-once": ("XLAT-TOOL-001",),
    "second-system-lost": ("XLAT-REQ-002",),
    "third-call-lost": ("XLAT-TOOL-001",),
    "thoughts-not-counted": ("CHAT-SYNC-004", "CHAT-USE-007", "XLAT-USE-006"),
    "tools-cached-by-name": ("XLAT-REQ-006",),
    "zero-as-absent": ("XLAT-REQ-014",),
}
"""The rules that tell of each, any of which may come first."""


@pytest.mark.thorough
@pytest.mark.parametrize("name", FOUND)
def test_what_nobody_told_of_is_found_and_made_small(name: str) -> None:
    """By the first rule that speaks of it, in a session that fits on a page."""
    outcome = harness.fuzz(UNSEEN[name](), max_time=PLENTY, max_examples=5_000, stop_after=1, seed=1)
    (found,) = outcome.findings
    assert found.rule in FOUND[name]
    assert found.events <= MOST_EVENTS
    assert (found.shown, found.is_flaky) == (3, False)

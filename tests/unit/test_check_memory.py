"""What a hostile stream makes a check keep is bounded."""

from __future__ import annotations

from typing import Any

from harness.checking.check import Check
from harness.checking.hearing import MOST_SEEN
from harness.checking.panel import Panel
from harness.checking.profiles import profile
from harness.dialects.registry import dialect
from harness.rules.case import Case


def test_names_of_events_that_nobody_knows_are_not_kept_without_end() -> None:
    """A new type in every event: names are noted up to a bound."""
    rules, spoken = profile("openai"), dialect("responses")
    case: Case[Any] = Case(spoken, spoken.machine(None))
    check = Check(case, Panel(rules, "responses", streamed=True, known=()), rules)
    check.feed(b"".join(b'data: {"type":"vendor:%d"}\n\n' % number for number in range(2 * MOST_SEEN)))
    check.finish()
    assert len(check.seen) <= MOST_SEEN
    assert case.wire.events == 2 * MOST_SEEN


def test_keys_that_nobody_knows_are_told_up_to_a_bound() -> None:
    """A new key in every delta: each is told once, the first thousand of them."""
    machine: Any = dialect("chat").machine(None)
    step = machine.step("chunk")
    told = 0
    for number in range(3_000):
        choice = {"index": 0, "delta": {f"key{number}": 1}, "finish_reason": None}
        said = step(_Event(), {"id": "a", "created": 1, "model": "m", "choices": [choice]})
        told += sum(signal.kind == "delta-extra" for signal in said)
    assert 900 < told <= 1_000


class _Event:
    index, start, stop = 0, 0, 0

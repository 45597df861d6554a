"""A hunt with a baseline: what is accepted is counted, an entry that is over is said, and it can be written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.errors import UsageError
from harness.fuzzing.telling import written
from tests.fuzzing.broken_gateways import LosesExclamationMarks

if TYPE_CHECKING:
    from pathlib import Path

    from harness.fuzzing.outcome import Outcome

ENTRY = '[[expected]]\nrule = "{rule}"\nsource = "loses-exclamation-marks/{route}/*"\nreason = "known"\n'


def hunted(baseline: Path, **given: Any) -> Outcome:
    """Some conversations through a gateway that loses exclamation marks."""
    return harness.fuzz(
        LosesExclamationMarks(),
        max_time=300.0,
        max_examples=120,
        only=["XLAT-TEXT-001", "HUNG"],
        shrink_time=0.0,
        baseline=baseline,
        **given,
    )


def test_what_is_accepted_is_counted_and_what_was_not_seen_is_told(tmp_path: Path) -> None:
    """As text and for programs; neither fails. What cannot be met there is not told."""
    baseline = tmp_path / "baseline.toml"
    baseline.write_text(
        ENTRY.format(rule="XLAT-TEXT-001", route="chat over chat")
        + ENTRY.format(rule="HUNG", route="chat over chat")
        + ENTRY.format(rule="CRASHED", route="chat over chat")
        + ENTRY.format(rule="XLAT-TEXT-001", route="chat over gemini")
    )
    outcome = hunted(baseline)
    assert (outcome.findings, outcome.exit_code) == ((), 0)
    assert {one.rule for one in outcome.accepted} == {"XLAT-TEXT-001"}
    assert outcome.unseen == ("HUNG for loses-exclamation-marks/chat over chat/*",)
    text = written(outcome, "text")
    assert re.search(r"^\d+ findings? (is|are) known and accepted$", text, re.MULTILINE)
    assert "not seen in this hunt" in text
    *rows, last = map(json.loads, written(outcome, "ndjson").splitlines())
    assert {one["kind"] for one in rows} == {"accepted"}
    assert len(rows) == len(outcome.accepted)
    assert last["unseen"] == list(outcome.unseen)


def test_an_entry_whose_day_is_over_is_said_with_the_finding(tmp_path: Path) -> None:
    """And once more as what stands in the baseline."""
    baseline = tmp_path / "baseline.toml"
    entry = ENTRY.format(rule="XLAT-TEXT-001", route="chat over chat")
    baseline.write_text(f'{entry}until = "2020-01-31"\n')
    outcome = hunted(baseline)
    assert outcome.exit_code == 1
    assert {one.accepted_until for one in outcome.findings} == {"2020-01-31"}
    assert len(outcome.expired) == 1
    assert "the baseline accepted it until 2020-01-31" in written(outcome, "text")


def test_a_baseline_can_be_written_by_a_hunt(tmp_path: Path) -> None:
    """The next hunt accepts what it holds; reasons stay."""
    baseline = tmp_path / "baseline.toml"
    first = hunted(baseline, update_baseline=True)
    assert first.findings
    assert first.exit_code == 0
    assert "without a reason yet" in (first.updated or "")
    assert "loses-exclamation-marks/chat over chat/generated/*" in baseline.read_text()
    baseline.write_text(baseline.read_text().replace('reason = ""', 'reason = "next release"'))
    again = hunted(baseline, update_baseline=True)
    assert (again.findings, again.exit_code) == ((), 0)
    assert "next release" in baseline.read_text()
    with pytest.raises(UsageError, match="--update-baseline needs --baseline"):
        harness.fuzz("builtin", update_baseline=True)


def test_a_pattern_of_rules_is_refused_in_words(tmp_path: Path) -> None:
    """It would excuse rules that do not exist yet."""
    baseline = tmp_path / "baseline.toml"
    baseline.write_text(ENTRY.format(rule="XLAT-*", route="chat over chat"))
    with pytest.raises(UsageError, match="whole ids"):
        hunted(baseline)

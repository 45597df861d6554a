"""The report: when it is ok, what it counts, what a failed assertion on it says."""

from __future__ import annotations

import pickle

import pytest

from harness.checking.report import Obstacle, Report, Stale, Status, Totals, Verdict, outcome
from harness.errors import InputError, UnknownName, UpstreamUnreachable
from harness.findings import Finding, Location, Severity

PASSED = Verdict(source="a.sse", status=Status.PASSED, outcomes=(outcome("SSE-ID-001", Status.PASSED),))
FAILED = Verdict(
    source="b.sse",
    status=Status.FAILED,
    outcomes=(outcome("SSE-ID-001", Status.FAILED),),
    findings=(
        Finding(rule="SSE-ID-001", severity=Severity.ERROR, message="an id", where=Location(3, 10, 20)),
    ),
)
WARNED = Verdict(source="c.sse", status=Status.WARNED)
EXPECTED = Verdict(source="d.sse", status=Status.EXPECTED)
UNREADABLE = Verdict(source="e.sse", status=Status.UNREADABLE, obstacle=Obstacle.of(InputError("no stream")))
UNREACHABLE = Verdict(
    source="f", status=Status.UNREADABLE, obstacle=Obstacle.of(UpstreamUnreachable("no server"))
)
EMPTY = Verdict(
    source="g.sse", status=Status.NOT_EXERCISED, outcomes=(outcome("SSE-ID-002", Status.NOT_EXERCISED),)
)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([PASSED], 0),
        ([PASSED, WARNED, EXPECTED, EMPTY], 0),
        ([PASSED, FAILED], 1),
        ([FAILED, UNREACHABLE], 3),
        ([FAILED, UNREACHABLE, UNREADABLE], 4),
        ([EMPTY], 4),
        ([], 4),
    ],
)
def test_the_highest_exit_code_wins_and_nothing_judged_is_no_pass(verdicts: list[Verdict], code: int) -> None:
    """0 clean, 1 findings, 3 unreachable, 4 unreadable or nothing to judge."""
    report = Report("openai", tuple(verdicts))
    assert report.exit_code == code
    assert report.ok == (code == 0)


def test_a_stale_baseline_fails() -> None:
    """Though all streams are clean."""
    report = Report("openai", (PASSED,), (Stale("SSE-ID-001 for *", "nothing like it was found"),))
    assert (report.ok, report.exit_code) == (False, 1)
    assert "stale baseline entry SSE-ID-001 for *: nothing like it was found" in str(report)


def test_the_text_of_a_report_is_what_was_found() -> None:
    """`assert report.ok, str(report)` explains itself, and without `str` the first finding is still told."""
    assert repr(Report("openai", (PASSED, FAILED))) == "<Report, 1 of 2 failed; SSE-ID-001: an id>"
    assert repr(Report("openai", (PASSED,))) == "<Report, 0 of 1 failed>"
    assert str(Report("openai", (PASSED, FAILED, EMPTY))).splitlines()[:4] == [
        "b.sse  event 3, bytes 10-20",
        "SSE-ID-001 id-line  (error)",
        "  an id",
        "  harness rule SSE-ID-001   explains it and shows a conforming stream",
    ]
    assert str(Report("openai", (UNREADABLE,))).startswith("unreadable-input: no stream\n")
    assert "nothing could be judged: that is no pass" in str(Report("openai", (EMPTY,)))


def test_totals_count_rules_that_any_exchange_exercised() -> None:
    """A rule is not exercised where no exchange exercised it."""
    totals = Totals()
    for verdict in (PASSED, FAILED, EMPTY):
        totals.add(verdict)
    assert totals.rules_exercised == {"SSE-ID-001"}
    assert totals.rules_asked - totals.rules_exercised == {"SSE-ID-002"}
    assert totals.statuses == {Status.PASSED: 1, Status.FAILED: 1, Status.NOT_EXERCISED: 1}
    assert Report("openai", (FAILED,)).findings == FAILED.findings


def test_equal_outcomes_are_one_value_and_verdicts_travel_between_processes() -> None:
    """A report over thousands of streams has hundreds of thousands of outcomes."""
    assert outcome("SSE-ID-001", Status.PASSED) is outcome("SSE-ID-001", Status.PASSED)
    obstacle = Obstacle.of(UnknownName("rule", "X", ["Y"]))
    verdict = Verdict(source="a", obstacle=obstacle, findings=FAILED.findings)
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 - our own bytes
    assert str(obstacle).startswith("unknown-name: there is no rule 'X'")

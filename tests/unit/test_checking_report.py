"""The report: when it is ok, what it counts, what a failed assertion on it says."""

from __future__ import annotations

import pickle
from dataclasses import replace

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
    """`assert report.ok, str(report)` explains itself, and so does `assert report.ok, report`."""
    assert repr(Report("openai", (PASSED, FAILED))) == str(Report("openai", (PASSED, FAILED)))
    assert str(Report("openai", (PASSED, FAILED, EMPTY))).splitlines()[:4] == [
        "b.sse  event 3, bytes 10-20",
        "SSE-ID-001 id-line  (error)",
        "  an id",
        "  harness rule SSE-ID-001   explains it and shows a conforming stream",
    ]
    assert str(Report("openai", (UNREADABLE,))).startswith("unreadable-input: no stream\n")
    assert "nothing could be judged: that is no pass" in str(Report("openai", (EMPTY,)))


def test_the_worst_is_told_first() -> None:
    """Of what pytest shows the beginning counts: a remark on another stream is not in front of an error."""
    remark = Finding(rule="SSE-COMM-002", severity=Severity.INFO, message="comments")
    warning = Finding(rule="SSE-BOM-001", severity=Severity.WARNING, message="a mark")
    remarked = replace(PASSED, findings=(remark,))
    failed = replace(FAILED, findings=(remark, warning, *FAILED.findings))
    lines = str(Report("openai", (remarked, failed))).splitlines()
    told = [line.split()[0] for line in lines if "(error)" in line or "(warning)" in line]
    assert told == ["SSE-ID-001", "SSE-BOM-001"]
    assert lines[0] == "b.sse  event 3, bytes 10-20"


def test_totals_say_what_rules_were_in_want_of() -> None:
    """How to make it known, too; rules on translation are not missed where no upstream half was given."""
    silent = (
        outcome("CHAT-CALL-001", Status.NOT_EXERCISED, "request"),
        outcome("SSE-IDLE-001", Status.NOT_EXERCISED, "times"),
        outcome("XLAT-TEXT-001", Status.NOT_EXERCISED, "upstream"),
    )
    report = Report("openai", (replace(PASSED, outcomes=(*PASSED.outcomes, *silent), frames=1, bytes=1),))
    assert report.totals.rules_not_exercised == {"CHAT-CALL-001", "SSE-IDLE-001"}
    assert str(report).splitlines()[1:] == [
        "0 errors, 0 warnings, 0 remarks; 1 rule exercised, 2 not; 1 event, 1 byte",
        (
            "of those not exercised, 1 because the request is not known (--request FILE), "
            "1 because the times are not known"
        ),
    ]
    nothing = Report("openai", (replace(EMPTY, outcomes=silent[2:]),))
    assert "1 because there is no upstream half (--upstream FILE)" in str(nothing)


def test_totals_show_their_counts_in_a_debugger() -> None:
    """Not an address."""
    assert repr(Report("openai", (PASSED, FAILED)).totals) == (
        "<Totals: 2 inputs (1 failed, 1 passed); 1 error, 0 warning, 0 info; 1 rules exercised, 0 not>"
    )


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

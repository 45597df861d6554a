"""Repeats of a finding are told once, in flat memory, and as bad as the profile says."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checking.fingerprints import fingerprint, fingerprint_of
from harness.checking.grouping import MOST_SUBJECTS, Groups
from harness.checking.profiles import Setting
from harness.findings import Finding, Location, Origin, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def finding(rule: str = "CHAT-X-001", subject: str = "chunk /id", event: int = 0) -> Finding:
    """A finding at an event."""
    return Finding(
        rule=rule, severity=ERROR, message=f"wrong at {event}", where=Location(event, 0, 1), subject=subject
    )


def test_repeats_become_one_at_the_place_of_the_first() -> None:
    """The same rule about the same subject."""
    groups = Groups({}, {})
    groups.take(finding(event=number) for number in range(413))
    groups.take([finding(subject="chunk /model", event=7)])
    groups.take([finding(event=500)])

    first, second = groups.findings()
    assert (first.times, first.where.event, first.message) == (414, 0, "wrong at 0")
    assert (second.times, second.where.event) == (1, 7)


def test_what_differs_in_rule_severity_or_origin_stays_apart() -> None:
    """Each tells the reader something else."""
    one = finding()
    others = [
        finding(rule="CHAT-X-002"),
        replace(one, severity=WARNING),
        replace(one, origin=Origin.UPSTREAM),
    ]
    groups = Groups({}, {})
    groups.take([one, *others, *others])
    assert [each.times for each in groups.findings()] == [1, 2, 2, 2]


def test_a_million_equal_findings_need_the_memory_of_one() -> None:
    """They are counted, not kept."""
    groups = Groups({}, {})
    one = finding()
    groups.take([one])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    groups.take(repeat(one, 1_000_000))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert [each.times for each in groups.findings()] == [1_000_001]
    assert grown < 10_000


def test_subjects_without_end_are_counted_in_the_last_group() -> None:
    """A hostile stream can make a new subject in every event."""
    groups = Groups({}, {})
    groups.take(finding(subject=f"type {number}") for number in range(10 * MOST_SUBJECTS))
    found = groups.findings()
    assert len(found) == MOST_SUBJECTS
    assert sum(one.times for one in found) == 10 * MOST_SUBJECTS


@pytest.mark.parametrize(
    ("own", "found", "wanted", "told"),
    [
        (ERROR, ERROR, WARNING, WARNING),
        (WARNING, WARNING, ERROR, ERROR),
        (ERROR, WARNING, ERROR, WARNING),
        (ERROR, WARNING, INFO, INFO),
        (ERROR, INFO, WARNING, INFO),
        (ERROR, ERROR, None, ERROR),
    ],
)
def test_a_profile_says_how_bad_it_is_and_what_is_milder_stays_so(
    own: Severity, found: Severity, wanted: Severity | None, told: Severity
) -> None:
    """A finding may be milder than its rule; the profile cannot make it worse then."""
    groups = Groups({"CHAT-X-001": Setting(severity=wanted)}, {"CHAT-X-001": own})
    groups.take([replace(finding(), severity=found)])
    assert [one.severity for one in groups.findings()] == [told]


@given(st.text(), st.integers(0, 10_000), st.sampled_from(Severity))
def test_a_fingerprint_does_not_change_with_what_changes_between_recordings(
    message: str, event: int, severity: Severity
) -> None:
    """Only rule and subject are in it."""
    other = replace(finding(event=event), message=message, severity=severity, times=3)
    assert fingerprint(other) == fingerprint(finding())


def test_fingerprints_are_the_published_hash() -> None:
    """Other programs can compute them: specs/report.schema.json says how."""
    assert fingerprint_of("CHAT-X-001", "chunk /id") == "a4ad4bec8668"
    assert fingerprint_of("CHAT-X-001", "chunk /id") != fingerprint_of("CHAT-X-001", "chunk /model")
    assert len(fingerprint_of("CHAT-X-001", "\ud800")) == 12

"""The baseline: what it accepts, when it is stale, how it is written anew."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checking.baseline import Baseline, Entry, read_baseline, written_baseline
from harness.checking.fingerprints import fingerprint
from harness.checking.report import Status, Verdict, outcome
from harness.errors import UnknownName, UsageError
from harness.findings import Finding, Severity

RULES = ("CHAT-FIN-001", "CHAT-ID-001", "SSE-JSON-001")


def finding(
    rule: str = "CHAT-FIN-001", subject: str = "chunk", severity: Severity = Severity.ERROR
) -> Finding:
    """A finding."""
    return Finding(rule=rule, severity=severity, message="wrong", subject=subject)


def verdict(*findings: Finding, source: str = "tapes/a.sse") -> Verdict:
    """A verdict with these findings, and the outcomes that go with them."""
    outcomes = [outcome(rule, Status.FAILED) for rule in dict.fromkeys(one.rule for one in findings)]
    return Verdict(
        source=source,
        dialect="chat",
        status=Status.FAILED if findings else Status.PASSED,
        outcomes=(*outcomes, outcome("SSE-JSON-001", Status.PASSED)),
        findings=findings,
    )


def entry(rule: str = "CHAT-FIN-001", *, source: str = "*", subject: str = "", until: str = "") -> Entry:
    """An entry with a reason."""
    return Entry(rule=rule, source=source, subject=subject, until=until, reason="known")


@pytest.mark.parametrize(
    ("accepted", "matches"),
    [
        (entry(), True),
        (entry(subject="chunk"), True),
        (entry(subject="chunks"), False),
        (entry(source="tapes/*"), True),
        (entry(source="*.sse"), True),
        (entry(source="tapes/b.sse"), False),
        (entry("CHAT-ID-001"), False),
        (Entry(rule="CHAT-FIN-001", fingerprint=fingerprint(finding())), True),
        (Entry(rule="CHAT-FIN-001", fingerprint="000000000000"), False),
        (entry(until="2026-06-30"), True),
        (entry(until="2026-06-29"), False),
    ],
    ids=str,
)
def test_an_entry_accepts_what_it_names(accepted: Entry, *, matches: bool) -> None:
    """By rule, subject or fingerprint, source, and day."""
    baseline = Baseline([accepted], today="2026-06-30")
    sorted_out = baseline.sort_out(verdict(finding()))
    assert sorted_out.status is (Status.EXPECTED if matches else Status.FAILED)
    assert [len(sorted_out.findings), len(sorted_out.expected)] == ([0, 1] if matches else [1, 0])
    assert sorted_out.outcomes[0].status is (Status.EXPECTED if matches else Status.FAILED)
    assert sorted_out.outcomes[1].status is Status.PASSED


def test_a_path_of_windows_is_met_by_forward_slashes() -> None:
    """A baseline is shared between systems."""
    sorted_out = Baseline([entry(source="tapes/*.sse")]).sort_out(verdict(finding(), source="tapes\\a.sse"))
    assert sorted_out.status is Status.EXPECTED


def test_what_is_not_accepted_still_fails() -> None:
    """One finding in the baseline does not excuse another."""
    sorted_out = Baseline([entry()]).sort_out(verdict(finding(), finding("CHAT-ID-001")))
    assert sorted_out.status is Status.FAILED
    assert [one.rule for one in sorted_out.findings] == ["CHAT-ID-001"]
    warned = verdict(finding(), finding("CHAT-ID-001", severity=Severity.WARNING))
    assert Baseline([entry()]).sort_out(warned).status is Status.WARNED
    assert Baseline([entry()]).sort_out(warned, strict=True).status is Status.FAILED


def test_an_accepted_remark_changes_no_status() -> None:
    """An exchange with remarks has passed."""
    remarked = replace(verdict(finding(severity=Severity.INFO)), status=Status.PASSED)
    assert Baseline([entry()]).sort_out(remarked).status is Status.PASSED


def test_an_entry_that_nothing_meets_is_stale() -> None:
    """It is named with its source."""
    baseline = Baseline([entry(subject="chunk"), entry("CHAT-ID-001", source="tapes/*")])
    baseline.sort_out(verdict(finding()))
    (stale,) = baseline.stale()
    assert str(stale) == "stale baseline entry CHAT-ID-001 for tapes/*: nothing like it was found"


def test_an_entry_whose_day_is_over_is_stale_though_it_is_met() -> None:
    """And what it accepted counts again."""
    baseline = Baseline([entry(until="2026-01-31")], today="2026-02-01")
    assert baseline.sort_out(verdict(finding())).status is Status.FAILED
    assert [one.why for one in baseline.stale()] == ["it was accepted until 2026-01-31"]


def test_what_was_not_checked_is_not_stale() -> None:
    """Neither entries about other files, nor those of rules that were not asked, nor those of unreadable files."""
    baseline = Baseline(
        [entry("CHAT-ID-001", source="other/*"), entry("CHAT-ID-001")], only=frozenset({"CHAT-FIN-001"})
    )
    baseline.sort_out(verdict(finding()))
    assert baseline.stale() == ()


def test_updating_keeps_reasons_drops_the_stale_and_adds_the_new() -> None:
    """Remarks are not added: they fail nothing."""
    kept, stale = entry(subject="chunk"), entry("SSE-JSON-001", subject="y")
    baseline = Baseline([stale, kept])
    new = finding("CHAT-ID-001", subject="")
    baseline.sort_out(
        verdict(finding(), new, new, finding("SSE-JSON-001", "x", Severity.INFO), source="a[1].sse")
    )
    added = Entry(rule="CHAT-ID-001", source="a[[]1].sse", fingerprint=fingerprint(new))
    assert baseline.updated() == (kept, added)

    again = Baseline(baseline.updated())
    sorted_out = again.sort_out(verdict(finding(), new, source="a[1].sse"))
    assert sorted_out.status is Status.EXPECTED


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ENTRIES = st.lists(
    st.builds(
        Entry,
        rule=st.sampled_from(RULES),
        source=TEXT.filter(bool),
        subject=TEXT,
        fingerprint=st.just("") | st.just("0123456789ab"),
        reason=TEXT,
        issue=TEXT,
        until=st.just("") | st.dates().map(str),
    )
)


@given(ENTRIES)
def test_reading_what_was_written_gives_the_same_entries(entries: list[Entry]) -> None:
    """Whatever their texts hold; and they are sorted."""
    text = written_baseline(entries)
    read = read_baseline(text, where="b.toml", known=RULES)
    assert sorted(map(repr, read)) == sorted(map(repr, entries))
    assert written_baseline(read) == text
    assert tomllib.loads(text) is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[expected]\n", "the baseline is not TOML"),
        ("[[accepted]]\n", "there is no table of a baseline 'accepted'"),
        ("expected = 7\n", "the baseline has no list [[expected]]"),
        ("expected = [7]\n", "an entry of a baseline is a table"),
        ('[[expected]]\nreason = "x"\n', "the entry names no rule"),
        ('[[expected]]\nrule = "CHAT-FIN-01"\n', "there is no rule 'CHAT-FIN-01'"),
        (
            '[[expected]]\nrule = "CHAT-FIN-001"\nreasons = "x"\n',
            "there is no member of a baseline's entry 'reasons'",
        ),
        ('[[expected]]\nrule = "CHAT-FIN-001"\nreason = 7\n', "reason is a text"),
        ('[[expected]]\nrule = "CHAT-FIN-001"\nuntil = "soon"\n', "until is no day"),
    ],
)
def test_an_invalid_baseline_is_an_error_of_usage(text: str, message: str) -> None:
    """It says what is wrong, and where."""
    with pytest.raises(UsageError) as caught:
        read_baseline(text, where="b.toml", known=RULES)
    assert caught.value.message == message
    assert (caught.value.where or "").startswith("b.toml")
    assert caught.value.exit_code == 2


def test_ids_in_any_case_and_days_without_quotes_are_read() -> None:
    """TOML has a type for days."""
    text = '[[expected]]\nrule = "chat-fin-001"\nuntil = 2027-01-31\n'
    assert read_baseline(text, where="b.toml", known=RULES) == (
        Entry(rule="CHAT-FIN-001", until="2027-01-31"),
    )
    with pytest.raises(UnknownName, match="CHAT-FIN-9"):
        read_baseline('[[expected]]\nrule = "CHAT-FIN-9"\n', where="b.toml", known=RULES)

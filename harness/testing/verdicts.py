"""What `--conform` found, in types that another process can be sent; and what is said of it at the end."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.checking.baseline import Baseline
    from harness.checking.report import Stale, Verdict
    from harness.testing.session import Notes

_MOST_SHOWN: Final = 20
_QUOTED: Final = re.compile(r"\[[*?\[]\]")


def told(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON has it: what the summary and the baseline need of it."""
    return {
        "source": verdict.source,
        "exchange": verdict.exchange,
        "status": verdict.status.value,
        "note": verdict.note,
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity.value,
                "message": one.message,
                "where": list(one.where),
                "subject": one.subject,
                "times": one.times,
            }
            for one in verdict.findings
        ],
    }


def heard(sent: dict[str, Any]) -> Verdict:
    """The verdict that another process told."""
    from harness.checking.report import Status, Verdict  # noqa: PLC0415 - not before a session judges
    from harness.findings import Finding, Location, Severity  # noqa: PLC0415

    return Verdict(
        source=sent["source"],
        exchange=sent["exchange"],
        status=Status(sent["status"]),
        note=sent["note"],
        findings=tuple(
            Finding(
                rule=one["rule"],
                severity=Severity(one["severity"]),
                message=one["message"],
                where=Location(*one["where"]),
                subject=one["subject"],
                times=one["times"],
            )
            for one in sent["findings"]
        ),
    )


def summary(notes: Notes, profile: str, sorted_out: Callable[[Verdict], Verdict]) -> Iterator[str]:
    """What was judged, and what is worth a warning.

    Args:
        notes: What the session saw.
        profile: The name of the profile.
        sorted_out: Takes out of a verdict what stands in the baseline.
    """
    from harness.checking.telling import remark_line, source_of  # noqa: PLC0415 - not before a session judges
    from harness.findings import Severity  # noqa: PLC0415

    verdicts = [sorted_out(heard(sent)) for _, sent in sorted(notes.verdicts.items())]
    if not verdicts:
        yield "nothing was judged: no test of this session used a cassette"
        return
    counts = Counter(one.status.value.replace("_", " ") for one in verdicts)
    sources = len({one.source for one in verdicts})
    yield (
        f"{len(verdicts)} exchange{_s(len(verdicts))} of {sources} cassette{_s(sources)} judged by the profile"
        f" {profile}: {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}"
    )
    warnings = [
        remark_line(source_of(verdict), finding)
        for verdict in verdicts
        for finding in verdict.findings
        if finding.severity is Severity.WARNING
    ]
    yield from warnings[:_MOST_SHOWN]
    if (more := len(warnings) - _MOST_SHOWN) > 0:
        yield f"and {more} more warnings; `harness check` tells them all"


def gone(baseline: Baseline, notes: Notes, *, is_whole: bool) -> list[Stale]:
    """The entries of a baseline that are no longer true, as far as a session can know.

    An entry may be about a recording that no test asked for this time: it is gone only where all recordings of a
    cassette were judged, and an entry about several cassettes only where all tests ran.

    Args:
        baseline: As it was read, and used for nothing yet.
        notes: What the session saw.
        is_whole: All tests of the project ran, and passed.
    """
    from harness.testing.stale import recording_at  # noqa: PLC0415 - a circle

    judged: dict[str, set[int]] = {}
    for path, number in notes.verdicts:
        judged.setdefault(path, set()).add(number)
    whole = {
        path
        for path, numbers in judged.items()
        if numbers >= {one.index for one in recording_at(path).exchanges}
    }
    for (path, _), sent in sorted(notes.verdicts.items()):
        if path in whole:
            baseline.sort_out(replace(heard(sent), source=path))
    wide = {str(one) for one in baseline.entries if _is_wide(one.source)}
    return [one for one in baseline.stale() if is_whole or one.entry not in wide or "until" in one.why]


def _is_wide(source: str) -> bool:
    """Whether a pattern may be about several cassettes; one that is written for us quotes what is special."""
    return any(char in _QUOTED.sub("", source) for char in "*?[")


def _s(count: int) -> str:
    return "" if count == 1 else "s"

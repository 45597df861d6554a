"""A hunt held against a baseline: what is known and accepted is counted, and what the baseline may be wrong in is said.

A hunt is bounded: what it did not see may be there all the same, so no entry is called stale for that.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.checking.baseline import Entry, literal, written_baseline
from harness.checking.fingerprints import fingerprint
from harness.checking.report import Verdict
from harness.fuzzing.outcome import Accepted
from harness.io.files import write_text
from harness.jobs.accepting import Written, unexplained

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.checking.baseline import Baseline
    from harness.findings import Finding
    from harness.fuzzing.arena import Key, Way
    from harness.fuzzing.hunt import Found


class Accepting:
    """One baseline, and what it accepted in one hunt.

    Args:
        baseline: Its entries.
        target: The target's name, with which sources begin.

    Attributes:
        accepted: What was seen and is accepted, by key.
    """

    def __init__(self, baseline: Baseline, target: str) -> None:
        self.accepted: dict[Key, Accepted] = {}
        self._baseline = baseline
        self._target = target

    def accepts(self, key: Key, way: Way, finding: Finding) -> bool:
        """Whether a finding is accepted, which is kept in mind."""
        source = self._source(key.route, way.mode)
        if not self._baseline.sort_out(Verdict(source=source, findings=(finding,))).expected:
            return False
        told = Accepted(route=key.route, mode=way.mode, rule=key.rule, fingerprint=key.fingerprint)
        self.accepted.setdefault(key, told)
        return True

    def over(self, found: Found) -> str | None:
        """The last day on which a finding was accepted, where an entry says one that has passed."""
        source = self._source(found.key.route, found.way.mode)
        days = [
            one.until for one in self._baseline.expired() if one.covers(source) and one.matches(found.finding)
        ]
        return max(days, default=None)

    def expired(self) -> tuple[str, ...]:
        """The entries whose last day has passed."""
        return tuple(f"{one}: it was accepted until {one.until}" for one in self._baseline.expired())

    def unseen(self, ways: Iterable[Way], only: Iterable[str], ignored: Iterable[str]) -> tuple[str, ...]:
        """The entries about what was hunted that nothing met."""
        sources = [self._source(one.route.name, one.mode) for one in ways]
        wanted, unwanted = tuple(only), tuple(ignored)
        return tuple(
            str(one)
            for one in self._baseline.unmet()
            if any(one.covers(source) for source in sources)
            and (not wanted or any(fnmatchcase(one.rule, name) for name in wanted))
            and not any(fnmatchcase(one.rule, name) for name in unwanted)
        )

    def update(self, sure: Iterable[Found], path: Path) -> Written:
        """Write the baseline with what was found, in both modes, without the entries whose day has passed.

        Raises:
            FileAccessError: It cannot be written.
        """
        before = self._baseline.entries
        expired = set(self._baseline.expired())
        entries = tuple({*(one for one in before if one not in expired), *map(self._entry, sure)})
        write_text(path, written_baseline(entries))
        new, gone = set(entries) - set(before), set(before) - set(entries)
        return Written(len(entries), len(new), len(gone), unexplained(entries))

    def _entry(self, found: Found) -> Entry:
        finding = found.finding
        return Entry(
            rule=finding.rule,
            source=literal(f"{self._target}/{found.key.route}/generated/") + "*",
            subject=finding.subject,
            fingerprint="" if finding.subject else fingerprint(finding),
        )

    def _source(self, route: str, mode: str) -> str:
        return f"{self._target}/{route}/generated/{mode}"

"""Repeats of one finding, told once: a server that gets a field wrong gets it wrong in every event.

Findings are grouped while they are made, so that a million of them take the memory of one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.checking.profiles import Setting

MOST_SUBJECTS = 100
"""Groups that one rule may have in one exchange; what comes beyond is counted in the last of them.

A hostile stream can make a new subject in every event (a new event type each), and nobody reads so many.
"""

_Key = tuple[str, str, Severity, str]


class Groups:
    """The findings of one exchange, those of the same rule about the same subject as one.

    Args:
        settings: What the profile says about rules, by id: severities are taken from here.
        severities: The rules' own severities, by id; a rule that is not in it keeps what its findings say.
    """

    def __init__(self, settings: Mapping[str, Setting], severities: Mapping[str, Severity]) -> None:
        self._settings = settings
        self._severities = severities
        self._first: dict[_Key, Finding] = {}
        self._times: dict[_Key, int] = {}
        self._subjects: dict[str, int] = {}
        self._last: dict[str, _Key] = {}

    def take(self, findings: Iterable[Finding]) -> None:
        """Add findings, in the order in which they were made."""
        times = self._times
        for finding in findings:
            key = (finding.rule, finding.subject, finding.severity, finding.origin)
            if key in times:
                times[key] += finding.times
            else:
                self._begin(key, finding)

    def _begin(self, key: _Key, finding: Finding) -> None:
        rule = finding.rule
        count = self._subjects.get(rule, 0)
        if count >= MOST_SUBJECTS:
            self._times[self._last[rule]] += finding.times
            return
        self._subjects[rule] = count + 1
        self._last[rule] = key
        self._first[key] = replace(finding, severity=self._graded(finding))
        self._times[key] = finding.times

    def _graded(self, finding: Finding) -> Severity:
        """How bad it is under the profile: a finding that is milder than its rule stays milder."""
        setting = self._settings.get(finding.rule)
        if setting is None or setting.severity is None:
            return finding.severity
        if finding.severity is self._severities.get(finding.rule):
            return setting.severity
        return min(setting.severity, finding.severity, key=lambda severity: severity.weight)

    def put(self, findings: Iterable[Finding]) -> None:
        """Put these in the place of all that were taken, as they are."""
        self._first.clear()
        self._times.clear()
        for finding in findings:
            key = (finding.rule, finding.subject, finding.severity, finding.origin)
            self._first[key] = finding
            self._times[key] = finding.times

    def revise(self, change: Callable[[Finding], Finding | None]) -> None:
        """Replace the first finding of each group by what a function makes of it; None takes the group away."""
        for key, first in list(self._first.items()):
            changed = change(first)
            if changed is None:
                del self._first[key]
            else:
                self._first[key] = changed

    def findings(self) -> list[Finding]:
        """One finding for each group, at the place of its first, in the order in which they first came."""
        return [
            first if (times := self._times[key]) == first.times else replace(first, times=times)
            for key, first in self._first.items()
        ]

"""The baseline: findings that are known and accepted, each with a reason.

A baseline is a TOML file with a table for each finding that is expected:

```toml
[[expected]]
rule = "CHAT-FIN-001"
source = "recordings/gateway-*.cassette.jsonl"   # a glob on the path from this file's folder; every source by default
subject = "chat.completion.chunk"                # or fingerprint = "0123456789ab"; every subject by default
reason = "the gateway ends tool calls with stop until its next release"
issue = "https://tracker.example/17"
until = "2027-01-31"
```

An entry that expects what is no longer found is stale and fails the check, and so does one whose day is over:
a list of exceptions that nobody cleans up hides the next defect.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.checking.fingerprints import fingerprint
from harness.checking.report import Stale, Status, outcome
from harness.errors import UnknownName, UsageError
from harness.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.checking.report import Verdict
    from harness.findings import Finding

_MEMBERS = ("rule", "source", "subject", "fingerprint", "reason", "issue", "until")
_TITLE = "# What is known and accepted: see docs/checking.md, and docs/conform.md for `harness conform`.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finding, or several of a kind, that are accepted.

    Args:
        rule: Id of the rule.
        source: Glob on the source as it is given, or on its path from the baseline's folder, with forward
            slashes; "*" is every source.
        subject: What the finding is about; "" with no fingerprint is every subject.
        fingerprint: The same, as `harness check --format json` shows it.
        reason: Why it is accepted.
        issue: Where it is tracked.
        until: The last day (ISO 8601) on which it is accepted; "" is for ever.
    """

    rule: str
    source: str = "*"
    subject: str = ""
    fingerprint: str = ""
    reason: str = ""
    issue: str = ""
    until: str = ""

    def covers(self, source: str) -> bool:
        """Whether it is about that source."""
        return self.source == "*" or fnmatchcase(source.replace("\\", "/"), self.source)

    def matches(self, finding: Finding) -> bool:
        """Whether it is about that finding, wherever it was made."""
        return (
            self.rule == finding.rule
            and (not self.subject or self.subject == finding.subject)
            and (not self.fingerprint or self.fingerprint == fingerprint(finding))
        )

    def is_over(self, today: str) -> bool:
        """Whether its last day has passed."""
        return bool(self.until) and self.until < today

    def __str__(self) -> str:
        about = self.subject or self.fingerprint
        return " ".join(
            part for part in (self.rule, f"({about})" if about else "", f"for {self.source}") if part
        )


class Baseline:
    """The entries of one baseline, and which of them were met.

    Args:
        entries: In file order.
        today: The present day (ISO 8601), to tell which entries are over.
        only: Ids of the rules that are asked; None where all are. Entries of others cannot be stale.
        where: The file that they stand in.
        name_of: What the file calls a source: a path from its own folder.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        today: str = "",
        only: frozenset[str] | None = None,
        where: str = "",
        name_of: Callable[[str], str] = str,
    ) -> None:
        self.entries = tuple(entries)
        self._today = today
        self._only = only
        self._where = where
        self._name_of = name_of
        self._met: set[int] = set()
        self._covered: set[int] = set()
        self._new: set[Entry] = set()

    def sort_out(self, verdict: Verdict, *, strict: bool = False) -> Verdict:
        """The verdict with expected findings taken out of those that count."""
        if verdict.obstacle is not None and not verdict.findings:
            return verdict
        own = self._name_of(verdict.source)
        near = [
            (number, one)
            for number, one in enumerate(self.entries)
            if one.covers(own) or one.covers(verdict.source)
        ]
        self._covered.update(number for number, _ in near)
        counts: list[Finding] = []
        expected: list[Finding] = []
        for finding in verdict.findings:
            met = [number for number, one in near if one.matches(finding) and not one.is_over(self._today)]
            self._met.update(met)
            (expected if met else counts).append(finding)
            if not met and finding.severity is not Severity.INFO:
                self._new.add(
                    Entry(
                        rule=finding.rule,
                        source=literal(own),
                        subject=finding.subject,
                        fingerprint="" if finding.subject else fingerprint(finding),
                    )
                )
        if not expected:
            return verdict
        return replace(
            verdict,
            findings=tuple(counts),
            expected=tuple(expected),
            status=_status(verdict, counts, expected, strict=strict),
            outcomes=tuple(
                outcome(one.rule, Status.EXPECTED) if _only_expected(one.rule, counts, expected) else one
                for one in verdict.outcomes
            ),
        )

    def stale(self) -> tuple[Stale, ...]:
        """The entries that are no longer true; entries about sources or rules that were not checked are not told."""
        return tuple(Stale(str(self.entries[number]), why, self._where) for number, why in self._stale())

    def _stale(self) -> Iterator[tuple[int, str]]:
        for number, entry in enumerate(self.entries):
            if entry.is_over(self._today):
                yield number, f"it was accepted until {entry.until}"
            elif (
                number in self._covered
                and number not in self._met
                and (self._only is None or entry.rule in self._only)
            ):
                yield number, "nothing like it was found"

    def expired(self) -> tuple[Entry, ...]:
        """The entries whose last day has passed."""
        return tuple(one for one in self.entries if one.is_over(self._today))

    def unmet(self) -> tuple[Entry, ...]:
        """The entries that nothing met so far, without those whose day has passed."""
        return tuple(
            one
            for number, one in enumerate(self.entries)
            if number not in self._met and not one.is_over(self._today)
        )

    def updated(self) -> tuple[Entry, ...]:
        """The entries as they should be: stale ones gone, new ones added without a reason, sorted."""
        gone = {number for number, _ in self._stale()}
        kept = [one for number, one in enumerate(self.entries) if number not in gone]
        return tuple(sorted({*kept, *self._new}, key=_order))


def read_baseline(text: str, *, where: str, known: Iterable[str]) -> tuple[Entry, ...]:
    """Read a baseline.

    Args:
        text: The file's text.
        where: What to call it in messages.
        known: Ids of all rules.

    Raises:
        UsageError: It is no baseline; says in which entry.
        UnknownName: An entry names a rule or a member that does not exist.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("the baseline is not TOML", where=where, found=str(error)) from None
    for key in document:
        if key != "expected":
            raise UnknownName("table of a baseline", key, ["expected"], where=where)
    found = document.get("expected", [])
    if not isinstance(found, list):
        raise UsageError("the baseline has no list [[expected]]", where=where, found=type(found).__name__)
    ids = frozenset(known)
    return tuple(
        _entry(given, f"{where}, [[expected]] {number}", ids) for number, given in enumerate(found, 1)
    )


def _entry(given: object, where: str, known: frozenset[str]) -> Entry:
    if not isinstance(given, Mapping):
        raise UsageError("an entry of a baseline is a table", where=where, found=type(given).__name__)
    for key, value in given.items():
        if key not in _MEMBERS:
            raise UnknownName("member of a baseline's entry", str(key), _MEMBERS, where=where)
        if not (isinstance(value, str) or (key == "until" and isinstance(value, date))):
            raise UsageError(f"{key} is a text", where=where, found=type(value).__name__)
    if "rule" not in given:
        raise UsageError(
            "the entry names no rule", where=where, expected='rule = "CHAT-FIN-001", for example'
        )
    rule = str(given["rule"]).upper()
    if rule not in known and any(char in rule for char in "*?["):
        raise UsageError(
            "a baseline takes whole ids of rules and no pattern: an entry for each",
            where=where,
            found=repr(given["rule"]),
        )
    if rule not in known:
        raise UnknownName("rule", str(given["rule"]), known, where=where)
    until = str(given.get("until", ""))
    try:
        until = date.fromisoformat(until).isoformat() if until else ""
    except ValueError:
        raise UsageError(
            "until is no day", where=where, expected="a day such as 2027-01-31", found=repr(until)
        ) from None
    return Entry(
        rule=rule,
        source=str(given.get("source", "*")),
        subject=str(given.get("subject", "")),
        fingerprint=str(given.get("fingerprint", "")),
        reason=str(given.get("reason", "")),
        issue=str(given.get("issue", "")),
        until=until,
    )


def written_baseline(entries: Iterable[Entry]) -> str:
    """A baseline as TOML; the same entries give the same text."""
    blocks = [_TITLE]
    for entry in sorted(entries, key=_order):
        lines = ["[[expected]]"]
        lines += [
            f"{name} = {_quoted(value)}"
            for name in _MEMBERS
            if (value := getattr(entry, name)) or name == "reason"
        ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which TOML wants escaped as well."""
    clean = text.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _order(entry: Entry) -> tuple[str, ...]:
    return (entry.rule, entry.source, entry.subject, entry.fingerprint, entry.until, entry.reason)


def literal(source: str) -> str:
    """A glob that matches this source alone."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in source.replace("\\", "/"))


def _only_expected(rule: str, counts: list[Finding], expected: list[Finding]) -> bool:
    return any(one.rule == rule for one in expected) and not any(one.rule == rule for one in counts)


def _status(verdict: Verdict, counts: list[Finding], expected: list[Finding], *, strict: bool) -> Status:
    rest = status_of(counts, strict=strict)
    if rest is not Status.PASSED:
        return rest
    loud = any(one.severity is not Severity.INFO for one in expected)
    return Status.EXPECTED if loud else verdict.status


def status_of(findings: Iterable[Finding], *, strict: bool = False) -> Status:
    """What findings make of an exchange in which something was judged."""
    worst = {finding.severity for finding in findings}
    if Severity.ERROR in worst or (strict and Severity.WARNING in worst):
        return Status.FAILED
    return Status.WARNED if Severity.WARNING in worst else Status.PASSED

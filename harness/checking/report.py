"""What a check gives: a verdict on each exchange, and the report that sums them up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from harness.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.errors import HarnessError
    from harness.findings import Finding


class Status(StrEnum):
    """What became of a rule, or of an exchange."""

    PASSED = "passed"
    """Judged, and nothing found."""
    WARNED = "warned"
    """Warnings only."""
    FAILED = "failed"
    """At least one error; under `strict` of an exchange also: at least one warning."""
    EXPECTED = "expected"
    """All that was found stands in the baseline."""
    NOT_EXERCISED = "not_exercised"
    """There was nothing to judge. This is never a pass."""
    UNREADABLE = "unreadable"
    """Of an exchange: it could not be read, or a live server refused to answer."""


class Outcome(NamedTuple):
    """What became of one rule in one exchange.

    Args:
        rule: Its id.
        status: passed, warned, failed, expected or not_exercised.
        exercised: Whether the exchange gave it anything to judge.
        missing: What had to be known and was not ("request", "head", "times", "ending", "upstream", "run"); "" where
            nothing was missing.
    """

    rule: str
    status: Status
    exercised: bool
    missing: str = ""


@cache
def outcome(rule: str, status: Status, missing: str = "") -> Outcome:
    """The outcome as a shared value: a report over thousands of streams has hundreds of each."""
    return Outcome(rule, status, status is not Status.NOT_EXERCISED, missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why an input could not be judged: an error of `harness.errors`, as data."""

    code: str
    message: str
    where: str | None = None
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    exit_code: int = 4
    text: str = ""

    @classmethod
    def of(cls, error: HarnessError) -> Obstacle:
        """The obstacle that an error is."""
        return cls(
            code=error.code,
            message=error.message,
            where=error.where,
            expected=error.expected,
            found=error.found,
            hint=error.hint,
            exit_code=error.exit_code,
            text=str(error),
        )

    def __str__(self) -> str:
        return self.text


class Opinion(NamedTuple):
    """What a real SDK made of the same bytes.

    Args:
        sdk: Its name.
        version: Its version; "" where it is not installed.
        status: "ok" (it gave an answer), "raised", or "absent" (not installed, or it does not speak the dialect).
        exception: The name of what it raised.
        message: The exception's text, or why it is absent.
        text: The visible text of the answer, where there is one.
        calls: The function calls of the answer, each as `name(arguments)`.
        told: All this in one line.
    """

    sdk: str
    version: str
    status: str
    exception: str
    message: str
    text: str | None
    calls: tuple[str, ...]
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found in one exchange.

    Args:
        source: Where it comes from, as it was given.
        exchange: Its index there.
        profile: Name of the profile it was judged by.
        dialect: What it speaks; None where that could not be told.
        frames: How many events the body has; 1 for a whole answer.
        bytes: How many bytes the body has, content-encoding undone.
        status: The verdict.
        outcomes: One for each rule that could be about it, in the order of the catalogue.
        findings: What counts, repeats as one, in the order of the stream.
        expected: What was found and stands in the baseline.
        note: Why there is nothing to judge, where that is so.
        obstacle: Why it could not be read, or with what a live server refused, where that is so.
        sdks: What real SDKs made of it, where they were asked.
        lines: Where the file is the body itself: the line (from 1) of each finding's first byte, by that byte.
    """

    source: str
    exchange: int = 0
    profile: str = "openai"
    dialect: str | None = None
    frames: int = 0
    bytes: int = 0
    status: Status = Status.NOT_EXERCISED
    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    expected: tuple[Finding, ...] = ()
    note: str = ""
    obstacle: Obstacle | None = None
    sdks: tuple[Opinion, ...] = ()
    lines: Mapping[int, int] = field(default_factory=dict)


class Stale(NamedTuple):
    """An entry of the baseline that is no longer true, why, and the file that it stands in."""

    entry: str
    why: str
    file: str = ""

    def __str__(self) -> str:
        return f"stale baseline entry {self.entry}: {self.why}"


class Totals:
    """Counts over many verdicts.

    Attributes:
        inputs: How many exchanges there were.
        statuses: How many exchanges have each status.
        severities: How many findings there are of each severity, repeats counted.
        distinct: The same, repeats as one.
        broken: How many exchanges break a rule, by its id and the severity.
        expected: How many findings stand in the baseline.
        frames: Events.
        bytes: Bytes of bodies.
        rules_exercised: Ids of rules that some exchange exercised.
        rules_asked: Ids of rules that could be about some exchange.
        missing: What was missing where a rule was first not asked, by its id.
    """

    def __init__(self) -> None:
        self.inputs = 0
        self.statuses: Counter[Status] = Counter()
        self.severities: Counter[str] = Counter()
        self.distinct: Counter[str] = Counter()
        self.broken: Counter[tuple[str, str]] = Counter()
        self.expected = 0
        self.frames = 0
        self.bytes = 0
        self.rules_exercised: set[str] = set()
        self.rules_asked: set[str] = set()
        self.missing: dict[str, str] = {}
        self._exit_code = 0

    @property
    def exit_code(self) -> int:
        """Of the exchanges so far: 1 for findings, 4 for what could not be read, and where nothing was judged."""
        nothing = self.statuses[Status.NOT_EXERCISED] == self.inputs
        return max(self._exit_code, 4 if nothing else 0)

    @property
    def rules_not_exercised(self) -> frozenset[str]:
        """Ids of rules that no exchange exercised; those on translation only where an upstream half was given.

        Those that only a run of scenarios can judge are none of them.
        """
        return frozenset(
            rule
            for rule in self.rules_asked - self.rules_exercised
            if self.missing.get(rule) not in {"upstream", "run"}
        )

    def __repr__(self) -> str:
        """The counts that are worth a look in a debugger."""
        statuses = ", ".join(f"{count} {status.value}" for status, count in sorted(self.statuses.items()))
        found = ", ".join(f"{self.distinct[severity.value]} {severity.value}" for severity in Severity)
        return (
            f"<Totals: {self.inputs} inputs ({statuses or 'none'}); {found}; "
            f"{len(self.rules_exercised)} rules exercised, {len(self.rules_not_exercised)} not>"
        )

    def add(self, verdict: Verdict) -> None:
        """Count one more."""
        self.inputs += 1
        self.statuses[verdict.status] += 1
        self.frames += verdict.frames
        self.bytes += verdict.bytes
        for finding in verdict.findings:
            self.severities[finding.severity.value] += finding.times
            self.distinct[finding.severity.value] += 1
        self.broken.update({(one.rule, one.severity.value) for one in verdict.findings})
        self.expected += sum(finding.times for finding in verdict.expected)
        for one in verdict.outcomes:
            self.rules_asked.add(one.rule)
            if one.exercised:
                self.rules_exercised.add(one.rule)
            elif one.missing:
                self.missing.setdefault(one.rule, one.missing)
        if verdict.status is Status.FAILED:
            self._exit_code = max(self._exit_code, 1)
        if verdict.obstacle is not None:
            self._exit_code = max(self._exit_code, verdict.obstacle.exit_code)


@dataclass(frozen=True, repr=False)
class Report:
    """The verdicts of one check; as text, what was found.

    Args:
        profile: What was judged by.
        inputs: One verdict an exchange, in the order of the inputs.
        stale: Entries of the baseline that are no longer true.
    """

    profile: str
    inputs: tuple[Verdict, ...]
    stale: tuple[Stale, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether something was judged, nothing failed, and all could be read."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings or a stale baseline, 3 and 4 for what could not be reached or read, or gave nothing."""
        return max(self.totals.exit_code, 1 if self.stale else 0)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings that count."""
        return tuple(finding for verdict in self.inputs for finding in verdict.findings)

    @property
    def totals(self) -> Totals:
        """The counts."""
        totals = Totals()
        for verdict in self.inputs:
            totals.add(verdict)
        return totals

    def __repr__(self) -> str:
        """The text, so that `assert report.ok, report` explains itself in a test, too."""
        return str(self)

    def __str__(self) -> str:
        """What was found, the worst exchanges first, and the counts."""
        from harness.checking.telling import Telling  # noqa: PLC0415 - a circle

        telling = Telling()
        worst_first = sorted(self.inputs, key=_badness, reverse=True)
        lines = [line for verdict in worst_first for line in telling.verdict(verdict)]
        return "\n".join([*lines, *telling.end(self.totals, self.stale)])


def _badness(verdict: Verdict) -> tuple[bool, int]:
    worst = max((one.severity.weight for one in verdict.findings), default=-1)
    return verdict.obstacle is not None, worst

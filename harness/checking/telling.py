"""A verdict in words: what a terminal shows, and what a failed assertion on a report says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.checking.report import Status
from harness.findings import Origin, Severity
from harness.jsonvalue import MISSING
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.checking.report import Stale, Totals, Verdict
    from harness.findings import Finding, Location

MOST_SHOWN = 20
"""Findings of one exchange that are told in full; the machine formats have all."""

_WORTH_A_TABLE = 3
_MOST_KEPT = 10_000  # kinds of findings that are remembered as told; a hostile corpus has more

_MISSING = {
    "request": "the request is not known (--request FILE)",
    "head": "the response's head is not known",
    "times": "the times are not known",
    "ending": "it is not known how the body ended",
    "upstream": "there is no upstream half (--upstream FILE)",
    "run": "only a run of scenarios shows it (harness conform)",
}

_ORIGINS = {
    Origin.TARGET: "",
    Origin.GATEWAY: "  made by the gateway",
    Origin.UPSTREAM: "  inherited from the upstream",
}


class Telling:
    """Verdicts in words, one after the other; what was told in full before is told in a line.

    A server that is wrong is wrong in all its answers: the first finding of a kind is told with all that is known
    of it, and each rule is pointed at once. What is only worth knowing is told for the first exchange that has it.
    """

    def __init__(self) -> None:
        self._told: set[tuple[str, str, str]] = set()
        self._explained: set[str] = set()
        self._alike = 0

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """What there is to say about one exchange; nothing where all is well."""
        if verdict.obstacle is not None:
            yield from str(verdict.obstacle).splitlines()
        source = source_of(verdict)
        if verdict.note:
            unjudged = verdict.status is Status.NOT_EXERCISED
            yield f"{source}  {'not exercised: ' if unjudged else ''}{verdict.note}"
        loud = [one for one in verdict.findings if one.severity is not Severity.INFO]
        loud.sort(key=lambda one: -one.severity.weight)
        for alike in _by_rule(loud[:MOST_SHOWN]):
            yield from self._finding(source, alike)
        if (more := len(loud) - MOST_SHOWN) > 0:
            yield f"{source}  and {more} more findings; --format json has them all"
        for finding in verdict.findings:
            if finding.severity is Severity.INFO:
                if self._is_new(finding):
                    yield remark_line(source, finding)
                else:
                    self._alike += 1
        for opinion in verdict.sdks:
            yield f"{source}  {_one_line(opinion.told)}"

    def end(self, totals: Totals, stale: Sequence[Stale] = ()) -> Iterator[str]:
        """What is stale, the rules that were broken where that is more than one exchange can show, and the counts."""
        if self._alike:
            yield f"{self._alike:,} more remark{_s(self._alike)} like these; --format json has them all"
        for one in stale:
            yield from stale_lines(one)
        if totals.inputs > 1:
            yield from table_lines(totals)
        yield from summary_lines(totals)

    def _finding(self, source: str, alike: list[Finding]) -> Iterator[str]:
        """The findings of one rule in one exchange."""
        news = [self._is_new(one) for one in alike]
        first, *others = alike
        if not any(news):
            more = f"  (and at {len(others)} other place{_s(len(others))})" if others else ""
            yield remark_line(source, first) + more
            return
        yield from finding_lines(source, first)
        for one in others:
            yield f"  also{place(one.where, ' ')}: {_one_line(one.message)}{_repeats(one)}"
        if first.rule not in self._explained:
            self._explained.add(first.rule)
            yield f"  harness rule {first.rule}   explains it and shows a conforming stream"

    def _is_new(self, finding: Finding) -> bool:
        key = (finding.rule, finding.subject, finding.severity.value)
        if key in self._told:
            return False
        if len(self._told) < _MOST_KEPT:
            self._told.add(key)
        return True


def _by_rule(findings: list[Finding]) -> list[list[Finding]]:
    """The findings, those of one rule together where the first of them stands."""
    groups: dict[tuple[str, Severity, Origin], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.rule, one.severity, one.origin), []).append(one)
    return list(groups.values())


def source_of(verdict: Verdict) -> str:
    """The source, with the exchange where it is not the first."""
    source = _one_line(verdict.source)
    return f"{source} exchange {verdict.exchange}" if verdict.exchange else source


def finding_lines(source: str, finding: Finding) -> Iterator[str]:
    """One finding: where, which rule, what is wrong, what was expected and found, what it contradicts."""
    yield f"{source}{place(finding.where)}"
    yield f"{finding.rule} {slug(finding.rule)}  ({finding.severity})"
    yield f"  {_one_line(finding.message)}{_repeats(finding)}"
    if finding.expected is not None:
        yield f"  expected {_one_line(finding.expected)}"
    if finding.found is not None and finding.found != MISSING and finding.found not in finding.message:
        yield f"  found {_one_line(finding.found)}"
    if finding.earlier is not None and finding.earlier.event != finding.where.event:
        yield f"  contradicts{place(finding.earlier)}"
    if origin := _ORIGINS[finding.origin]:
        yield origin


def remark_line(source: str, finding: Finding) -> str:
    """A finding on one line: one that is only worth knowing, or that was told in full before."""
    return (
        f"{source}{place(finding.where)}  {finding.rule} {slug(finding.rule)}  ({finding.severity})"
        f"{_ORIGINS[finding.origin]}  {_one_line(finding.message)}{_repeats(finding)}"
    )


def _repeats(finding: Finding) -> str:
    return f"  ({finding.times - 1:,} more, same cause)" if finding.times > 1 else ""


def place(where: Location, before: str = "  ") -> str:
    """`  event 17, bytes 4102-4288, /choices/0/delta`, as much as is known."""
    parts = []
    if where.event is not None:
        parts.append(f"event {where.event}")
    if where.start is not None and where.stop is not None:
        parts.append(f"bytes {where.start}-{where.stop}")
    if where.part != "body":
        parts.append(where.part)
    if where.pointer:
        parts.append(where.pointer)
    return before + ", ".join(parts) if parts else ""


def slug(rule: str) -> str:
    """The rule's name in words."""
    found = rules().get(rule)
    return found.slug() if found is not None else ""


def stale_lines(stale: Stale) -> Iterator[str]:
    """A baseline entry that is no longer true, and what to do about it."""
    yield str(stale)
    yield "  take it out, or run with --update-baseline"


def summary_lines(totals: Totals) -> Iterator[str]:
    """The counts, those of what was not exercised included."""
    words = [f"{totals.inputs:,} exchange{_s(totals.inputs)}"]
    words += [
        f"{totals.statuses[status]:,} {status.value.replace('_', ' ')}"
        for status in Status
        if totals.statuses[status] or status in {Status.PASSED, Status.FAILED, Status.NOT_EXERCISED}
    ]
    yield f"{words[0]}: {', '.join(words[1:])}"
    if totals.statuses[Status.NOT_EXERCISED] == totals.inputs:
        yield "nothing could be judged: that is no pass"
    found = ", ".join(
        f"{totals.distinct[name]:,} {word}{_s(totals.distinct[name])}"
        for name, word in (("error", "error"), ("warning", "warning"), ("info", "remark"))
    )
    repeats = totals.severities.total() - totals.distinct.total()
    found += f" ({repeats:,} repeat{_s(repeats)} not counted)" if repeats else ""
    baseline = f"; {totals.expected:,} in the baseline" if totals.expected else ""
    exercised = len(totals.rules_exercised)
    yield (
        f"{found}{baseline}; {exercised} rule{_s(exercised)} exercised, {len(totals.rules_not_exercised)} not;"
        f" {totals.frames:,} event{_s(totals.frames)}, {totals.bytes:,} byte{_s(totals.bytes)}"
    )
    yield from _missing_lines(totals)


def _missing_lines(totals: Totals) -> Iterator[str]:
    """Which rules were not exercised because something is not known, and how to make it known."""
    nothing = not totals.rules_exercised
    silent = totals.rules_asked - totals.rules_exercised if nothing else totals.rules_not_exercised
    counts = Counter(totals.missing[rule] for rule in silent if rule in totals.missing)
    reasons = [f"{counts[need]:,} because {why}" for need, why in _MISSING.items() if counts[need]]
    if reasons:
        yield f"of those not exercised, {', '.join(reasons)}"


def table_lines(totals: Totals) -> Iterator[str]:
    """The rules that were broken, the worst first, and in how many exchanges each was."""
    broken = sorted(
        ((Severity(severity).weight, found, rule) for (rule, severity), found in totals.broken.items()),
        key=lambda one: (-one[0], -one[1], one[2]),
    )
    loud = [(weight, found, rule) for weight, found, rule in broken if weight]
    if len(loud) < _WORTH_A_TABLE:
        return
    names = {severity.weight: severity.value for severity in Severity}
    yield ""
    yield f"{'exchanges':>9}  broken rule"
    for weight, found, rule in loud:
        yield f"{found:>9,}  {rule} {slug(rule)}  ({names[weight]})"
    yield ""


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _one_line(text: str) -> str:
    """Text from the wire without what would break the line or steer a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)

"""A verdict in words: what a terminal shows, and what a failed assertion on a report says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checking.report import Status
from harness.findings import Origin, Severity
from harness.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.checking.report import Stale, Totals, Verdict
    from harness.findings import Finding, Location

MOST_SHOWN = 20
"""Findings of one exchange that are told in full; the machine formats have all."""

_ORIGINS = {
    Origin.TARGET: "",
    Origin.GATEWAY: "  made by the gateway",
    Origin.UPSTREAM: "  inherited from the upstream",
}


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """What there is to say about one exchange; nothing where all is well."""
    if verdict.obstacle is not None:
        yield from str(verdict.obstacle).splitlines()
        return
    source = source_of(verdict)
    if verdict.note:
        yield f"{source}  not exercised: {verdict.note}"
    loud = [one for one in verdict.findings if one.severity is not Severity.INFO]
    for finding in loud[:MOST_SHOWN]:
        yield from finding_lines(source, finding)
    if (more := len(loud) - MOST_SHOWN) > 0:
        yield f"{source}  and {more} more findings; --format json has them all"
    for finding in verdict.findings:
        if finding.severity is Severity.INFO:
            yield remark_line(source, finding)
    for opinion in verdict.sdks:
        yield f"{source}  {_one_line(opinion.told)}"


def source_of(verdict: Verdict) -> str:
    """The source, with the exchange where it is not the first."""
    return f"{verdict.source} exchange {verdict.exchange}" if verdict.exchange else verdict.source


def finding_lines(source: str, finding: Finding) -> Iterator[str]:
    """One finding: where, which rule, what is wrong, what was expected, what it contradicts, where to read on."""
    yield f"{source}{place(finding.where)}"
    yield f"{finding.rule} {slug(finding.rule)}  ({finding.severity})"
    yield f"  {_one_line(finding.message)}{_repeats(finding)}"
    if finding.expected is not None:
        yield f"  expected {_one_line(finding.expected)}"
    if finding.found is not None and finding.found not in finding.message:
        yield f"  found {_one_line(finding.found)}"
    if finding.earlier is not None:
        yield f"  contradicts{place(finding.earlier)}"
    if origin := _ORIGINS[finding.origin]:
        yield origin
    yield f"  harness rule {finding.rule}   explains it"


def remark_line(source: str, finding: Finding) -> str:
    """A finding that is only worth knowing, on one line."""
    return (
        f"{source}{place(finding.where)}  {finding.rule} {slug(finding.rule)}  (info)"
        f"  {_one_line(finding.message)}{_repeats(finding)}"
    )


def _repeats(finding: Finding) -> str:
    return f"  ({finding.times - 1:,} more, same cause)" if finding.times > 1 else ""


def place(where: Location) -> str:
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
    return f"  {', '.join(parts)}" if parts else ""


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
        f"{totals.severities[name]:,} {word}{_s(totals.severities[name])}"
        for name, word in (("error", "error"), ("warning", "warning"), ("info", "remark"))
    )
    baseline = f"; {totals.expected:,} in the baseline" if totals.expected else ""
    unexercised = len(totals.rules_asked - totals.rules_exercised)
    yield (
        f"{found}{baseline}; {len(totals.rules_exercised)} rules exercised, {unexercised} not;"
        f" {totals.frames:,} events, {totals.bytes:,} bytes"
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _one_line(text: str) -> str:
    """Text from the wire without what would break the line or steer a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)

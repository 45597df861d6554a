"""The members of a report in JSON, as specs/report.schema.json publishes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checking.fingerprints import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.checking.report import Obstacle, Stale, Totals, Verdict
    from harness.findings import Finding, Location
    from harness.jsonvalue import JsonValue

Members = dict[str, "JsonValue"]


def verdict_members(verdict: Verdict) -> Members:
    """One input: an exchange, or what could not be read."""
    expected = {id(one) for one in verdict.expected}
    return {
        "source": verdict.source,
        "exchange": verdict.exchange,
        "dialect": verdict.dialect,
        "profile": verdict.profile,
        "frames": verdict.frames,
        "bytes": verdict.bytes,
        "status": verdict.status.value,
        "note": verdict.note or None,
        "error": None if verdict.obstacle is None else _obstacle_members(verdict.obstacle),
        "outcomes": [
            {
                "rule": one.rule,
                "status": one.status.value,
                "exercised": one.exercised,
                **({"missing": one.missing} if one.missing else {}),
            }
            for one in verdict.outcomes
        ],
        "findings": [
            _finding_members(one, in_baseline=id(one) in expected)
            for one in (*verdict.findings, *verdict.expected)
        ],
        "sdks": [
            {
                "sdk": one.sdk,
                "version": one.version,
                "status": one.status,
                "exception": one.exception or None,
                "message": one.message or None,
                "text": one.text,
                "calls": list(one.calls),
            }
            for one in verdict.sdks
        ],
    }


def summary_members(totals: Totals, stale: Sequence[Stale]) -> Members:
    """The counts over all inputs."""
    return {
        "inputs": totals.inputs,
        "frames": totals.frames,
        "bytes": totals.bytes,
        "statuses": {status.value: count for status, count in sorted(totals.statuses.items())},
        "findings": {name: totals.severities[name] for name in ("error", "warning", "info")},
        "in_baseline": totals.expected,
        "rules_exercised": len(totals.rules_exercised),
        "rules_not_exercised": [*sorted(totals.rules_not_exercised)],
        "stale": [{"entry": one.entry, "why": one.why} for one in stale],
        "exit_code": max(totals.exit_code, 1 if stale else 0),
    }


def _finding_members(finding: Finding, *, in_baseline: bool) -> Members:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        **_place(finding.where),
        "expected": finding.expected,
        "found": finding.found,
        "earlier": None if finding.earlier is None else _place(finding.earlier),
        "origin": finding.origin.value,
        "times": finding.times,
        "subject": finding.subject,
        "fingerprint": fingerprint(finding),
        "in_baseline": in_baseline,
    }


def _place(where: Location) -> Members:
    return {
        "event": where.event,
        "byte_start": where.start,
        "byte_stop": where.stop,
        "pointer": where.pointer,
        "part": where.part,
    }


def _obstacle_members(obstacle: Obstacle) -> Members:
    return {
        "code": obstacle.code,
        "message": obstacle.message,
        "where": obstacle.where,
        "expected": obstacle.expected,
        "found": obstacle.found,
        "hint": obstacle.hint,
    }

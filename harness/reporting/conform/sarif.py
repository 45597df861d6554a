"""SARIF 2.1.0, as code scanning reads it: a run for each target, a result for each finding of each cell.

What is inherited from the upstream is left out: an alert about it would stand in the wrong project. Findings lie in a
cassette beside the report; since SARIF knows lines of files and a finding lies in the body of an exchange, the region
is the file's first line, and the exchange, event and bytes of the body stand in the properties and in words.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.json import dumped
from harness.reporting.conform.wording import change_counts, cut, kept, obstacle, of_target, place, shown
from harness.results.result import CellStatus, ChangeKind
from harness.results.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Cell, Finding, Place, Result, Rule
    from harness.results.summary import TargetSummary

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "harnessCell/v1"
"""The name of a result's fingerprint: its cell and the finding's own, both the same in every run."""

LINE_HASH: Final = "primaryLocationLineHash"
"""The one fingerprint that code scanning tells alerts apart by."""

_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}

Members = dict[str, Any]


def written(result: Result) -> Iterator[str]:
    """The log, run by run."""
    yield f'{{"$schema":{dumped(SCHEMA)},"version":"2.1.0","runs":['
    for number, one in enumerate(summary(result)):
        yield f"{',' if number else ''}\n{dumped(_run(result, one))}"
    yield "\n]}\n"


def _run(result: Result, one: TargetSummary) -> Members:
    cells = [it for it in result.cells if it.target == one.target.name]
    pairs = [(cell, it) for cell in cells for it in cell.findings if it.origin != "upstream"]
    ids = sorted({it.rule for _, it in pairs})
    index = {rule: number for number, rule in enumerate(ids)}
    how = one.target.run or result.run
    new = {(it.cell, it.rule) for it in result.changes if it.kind is ChangeKind.NEW}
    return {
        "tool": {
            "driver": {
                "name": "llm-stream-harness",
                "version": how.harness,
                "rules": [_rule(it, result.rules.get(it), pairs) for it in ids],
            }
        },
        "automationDetails": {"id": f"harness-conform/{one.target.name}/"},
        "invocations": [_invocation(one, how.command, how.started)],
        "properties": {
            "target": one.target.name,
            "targetVersion": one.target.version,
            "profile": how.profile,
            "cells": {status.value: one.cells[status] for status in one.cells.counts},
            **_changed(result, one),
        },
        "results": [_result(cell, it, index[it.rule], new) for cell, it in pairs],
    }


def _rule(id_: str, rule: Rule | None, pairs: list[tuple[Cell, Finding]]) -> Members:
    if rule is None:
        # What a result made elsewhere leaves out: the first finding says at least how bad it is.
        severity = next(it.severity for _, it in pairs if it.rule == id_)
        return {
            "id": id_,
            "shortDescription": {"text": id_},
            "help": {"text": f"harness rule {id_} explains it"},
            "defaultConfiguration": {"level": _LEVELS.get(severity, "warning")},
        }
    parts = [rule.about or rule.title]
    parts += [f"Breaks {client}" for client in rule.clients]
    parts += [f"Remedy: {rule.remedy}"] if rule.remedy else []
    parts += [f"Source: {rule.source}"] if rule.source else []
    return {
        "id": id_,
        "shortDescription": {"text": rule.title or id_},
        "fullDescription": {"text": rule.about or rule.title or id_},
        "help": {"text": "\n\n".join(parts)},
        "defaultConfiguration": {"level": _LEVELS.get(rule.severity, "warning")},
    }


def _invocation(one: TargetSummary, command: str, started: str) -> Members:
    notes = [
        {"level": "error", "message": _text(f"{cell.reason or 'a harness fault'} ({cell.id})")}
        for silence in one.silent(CellStatus.HARNESS_FAULT)
        for cell in silence.cells
    ]
    notes += [
        {"level": "error", "message": _text(f"failed: {silence.reason} ({cell.id})")}
        for silence in one.unexplained
        if silence.status is CellStatus.FAILED
        for cell in silence.cells
    ]
    why = obstacle(one.target)
    if why is not None:
        notes.insert(0, {"level": "error", "message": _text(why)})
    notes += [
        {"level": "note", "message": _text(f"{silence.status.value}: {silence.reason} ({cell.id})")}
        for status in (CellStatus.NOT_EXERCISED, CellStatus.UNSUPPORTED)
        for silence in one.silent(status)
        for cell in silence.cells
    ]
    return {
        "commandLine": command,
        "startTimeUtc": started,
        "executionSuccessful": why is None and not one.cells[CellStatus.HARNESS_FAULT],
        "toolExecutionNotifications": notes,
    }


def _changed(result: Result, one: TargetSummary) -> Members:
    mine = of_target(result.changes, one.target.name)
    return {"sinceEarlierRun": change_counts(Counter(it.kind for it in mine))} if mine else {}


def _result(cell: Cell, one: Finding, index: int, new: set[tuple[str, str | None]]) -> Members:
    made: Members = {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": _LEVELS.get(one.severity, "warning"),
        "message": _text(*_message(cell, one)),
        "locations": [_location(cell, one.where)],
        "partialFingerprints": _fingerprints(f"{cell.id}:{one.rule}:{one.fingerprint}"),
        "occurrenceCount": max(1, one.times),
        "properties": {
            "cell": cell.id,
            "scenario": cell.scenario,
            "route": cell.route,
            "mode": cell.mode,
            **({"isNew": True} if (cell.id, one.rule) in new else {}),
            **_members(one.where),
        },
    }
    if one.earlier is not None:
        made["relatedLocations"] = [
            {**_location(cell, one.earlier), "id": 0, "message": _text(f"earlier: {place(one.earlier)}")}
        ]
    if one.is_expected:
        made["suppressions"] = [{"kind": "external", "justification": "it stands in the baseline"}]
    return made


def _fingerprints(same: str) -> Members:
    # GitHub looks at its own name alone; all findings lie in line 1, so it would take them for one without it.
    return {FINGERPRINT: same, LINE_HASH: f"{sha256(same.encode('utf-8', 'replace')).hexdigest()[:16]}:1"}


def _message(cell: Cell, one: Finding) -> list[str]:
    parts = [one.message]
    parts += [f"Expected: {one.expected}"] if one.expected is not None else []
    parts += [f"Found: {one.found}"] if one.found is not None else []
    where = kept(cell, one.where)
    parts.append(f"At: {place(one.where)}" + (f" ({where})" if where is not None else ""))
    parts += [f"Again: {cell.command}"] if cell.command is not None else []
    return parts


def _text(*lines: str) -> Members:
    """A message: where braces are placeholders, and brackets before parentheses are links, they are escaped."""
    text = "\n".join(shown(cut(line)) for line in lines).replace("{", "{{").replace("}", "}}")
    return {"text": text.replace("](", "\\](")}


def _location(cell: Cell, where: Place) -> Members:
    wires = cell.upstream if where.side == "upstream" else cell.client
    found: Members = {"logicalLocations": [{"fullyQualifiedName": cell.id, "kind": "member"}]}
    if 0 <= where.exchange < len(wires):
        found["physicalLocation"] = {
            "artifactLocation": {"uri": quote(wires[where.exchange].cassette)},
            "region": {"startLine": 1},
        }
    return found


def _members(where: Place) -> Members:
    known: Members = {
        "side": where.side,
        "exchange": where.exchange,
        "event": where.event,
        "bodyStart": where.start,
        "bodyStop": where.stop,
        "pointer": where.pointer or None,
        "part": where.part,
    }
    return {name: value for name, value in known.items() if value is not None}


FORMAT = ConformFormat("sarif", "SARIF 2.1.0 for code scanning", "conform.sarif", written)

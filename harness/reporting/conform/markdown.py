"""Markdown, short enough for the summary of a GitHub job: a table for each target, and details that fold.

A job summary may have a megabyte, so what is listed is limited, and it is said where something is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.wording import (
    CHANGE,
    STATUS,
    alike,
    change_counts,
    columns,
    counted,
    counts,
    extent,
    heading,
    obstacle,
    outdated,
    place,
    shown,
    silence,
    title,
)
from harness.results.result import ChangeKind
from harness.results.summary import SILENT, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.results.result import Result
    from harness.results.summary import Group, TargetSummary

MOST: Final = 40
"""Entries of a list that are shown."""

MOST_BYTES: Final = 900_000
"""Of the whole page: GitHub takes no summary of more than a mebibyte."""

LONGEST: Final = 600
"""Characters of one text from a target that are shown."""

_SPECIAL: Final = re.compile(r"([\\`*_\[\]|~$]|^[#+=-])")
_HTML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def written(result: Result) -> Iterator[str]:
    """The page, block by block, as far as a job summary can hold it."""
    left = MOST_BYTES
    for block in _blocks(result):
        left -= len(block.encode())
        if left < 0:
            yield "\nThe rest is left out here; the JSON report has it.\n"
            return
        yield block


def _blocks(result: Result) -> Iterator[str]:
    told = summary(result)
    yield "## Conformance of streaming\n\n"
    yield "| target | cells |\n|---|---|\n"
    for one in told:
        yield f"| {_safe(heading(one.target))} | {_safe(obstacle(one.target) or counts(one.cells))} |\n"
    yield "\n"
    yield from _changes(result)
    for one in told:
        yield from _target(result, one)
    for name, lines in (
        ("Stale entries of the baseline", [": ".join(one) for one in outdated(result.stale)]),
        ("Requests to the upstream that belong to no cell", result.strays),
    ):
        if lines:
            yield _details(f"{name}: {len(lines):,}", [_safe(line) for line in lines])


def _target(result: Result, one: TargetSummary) -> Iterator[str]:
    yield f"### {_safe(heading(one.target))}\n\n"
    if (why := obstacle(one.target)) is not None:
        yield f"**{_safe(why)}**\n\n"
    if one.cells.total:
        yield _table(one)
    for group in one.blamed[:MOST]:
        yield _group(result, group)
    if len(one.blamed) > MOST:
        yield f"And {len(one.blamed) - MOST:,} more faults; the JSON report has them all.\n\n"
    if one.unexplained:
        lines = [f"{STATUS[it.status]}: {_safe(silence(it))}" for it in one.unexplained]
        yield _details("failed or warned, and no finding says why", lines)
    for name, groups in (
        ("expected by the baseline", one.expected),
        ("inherited from the upstream", one.inherited),
    ):
        if groups:
            lines = [
                f"{_code(it.finding.rule)} {_safe(it.finding.message)} (in {extent(it)})" for it in groups
            ]
            yield _details(f"{name}: {len(groups):,}", lines)
    for status in SILENT:
        if one.cells[status]:
            lines = [_safe(silence(it)) for it in one.silent(status)]
            yield _details(f"{STATUS[status]}: {one.cells[status]:,}", lines)


def _table(one: TargetSummary) -> str:
    statuses = columns([one.cells])
    rows = [
        f"| capability | {' | '.join(STATUS[it] for it in statuses)} |",
        f"|---|{'---:|' * len(statuses)}",
    ]
    for name, tally in (*one.capabilities.items(), ("all", one.cells)):
        fields = (f"{tally[it]:,}" if tally[it] else "-" for it in statuses)
        rows.append(f"| {_safe(name)} | {' | '.join(fields)} |")
    return "\n".join(rows) + "\n\n"


def _group(result: Result, group: Group) -> str:
    one, cell = group.finding, group.first
    label = f"{one.severity}: {_code_html(one.rule)} {_html(title(result, one.rule))} (in {extent(group)})"
    lines = [_safe(one.message)]
    lines += [f"expected {_code(one.expected)}"] if one.expected is not None else []
    lines += [f"found {_code(one.found)}"] if one.found is not None else []
    lines.append(f"first in {_code(cell.id)}, {_safe(place(one.where))}")
    rule = result.rules.get(one.rule)
    lines += [f"breaks {_safe(client)}" for client in (rule.clients if rule is not None else ())]
    lines += [f"again: {_code(cell.command)}"] if cell.command is not None else []
    return _details(label, lines, safe=True)


def _changes(result: Result) -> Iterator[str]:
    if not result.changes:
        return
    kinds = Counter(one.kind for one in result.changes)
    yield f"Since the earlier run: **{change_counts(kinds)}**\n\n"
    for kind in (ChangeKind.NEW, ChangeKind.UNKNOWN, ChangeKind.FIXED):
        if mine := [one for one in result.changes if one.kind is kind]:
            lines = [
                (f"{_code(it.rule)} " if it.rule is not None else "")
                + f"{_safe(it.message)} (in {counted(cells, 'cell')}; first {_code(it.cell)})"
                for it, cells in alike(mine)
            ]
            yield _details(f"{CHANGE[kind]}: {len(mine):,}", lines)


def _details(label: str, lines: Sequence[str], *, safe: bool = False) -> str:
    """A block that folds; the label is HTML where it is safe already, the lines are Markdown."""
    shown_lines = [f"- {line}\n" for line in lines[:MOST]]
    if len(lines) > MOST:
        shown_lines.append(f"- and {len(lines) - MOST:,} more; the JSON report has them all\n")
    head = f"<details><summary>{label if safe else _html(label)}</summary>\n\n"
    return f"{head}{''.join(shown_lines)}\n</details>\n\n"


def _cut(text: str) -> str:
    safe = shown(text)
    return safe if len(safe) <= LONGEST else f"{safe[:LONGEST]} ({len(safe) - LONGEST:,} more characters)"


def _html(text: str) -> str:
    return _elements(_cut(text))


def _elements(text: str) -> str:
    return "".join(_HTML.get(char, char) for char in text)


def _safe(text: str) -> str:
    """Text from a target as Markdown text: nothing in it is mark-up."""
    return _elements(_SPECIAL.sub(r"\\\1", _cut(text)))


def _code_html(text: str) -> str:
    return f"<code>{_html(text)}</code>"


def _code(text: str) -> str:
    # An element and not backticks: the text may have backticks itself.
    return f"<code>{_SPECIAL.sub(_entity, _html(text))}</code>"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


FORMAT = ConformFormat("markdown", "Markdown, for a job summary too", "conform.md", written)

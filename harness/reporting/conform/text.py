"""Text for a terminal: what each target can be used for, each fault once, and what says nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.wording import (
    CHANGE,
    STATUS,
    TARGET_STATUS,
    alike,
    change_counts,
    columns,
    counted,
    counts,
    cut,
    extent,
    heading,
    kept,
    obstacle,
    outdated,
    place,
    shown,
    silence,
    title,
)
from harness.results.result import CellStatus, ChangeKind
from harness.results.summary import SILENT, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.results.result import Result
    from harness.results.summary import Group, Tally, TargetSummary

MOST_CHANGES: Final = 50
"""Changes of a kind that are listed, those of one rule once; the JSON has every cell."""

_RESET, _BOLD = "\x1b[0m", "\x1b[1m"
_COLOURS: Final = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}
_COLUMN_COLOURS: Final = {
    CellStatus.FAILED: "\x1b[31m",
    CellStatus.HARNESS_FAULT: "\x1b[35m",
    CellStatus.WARNED: "\x1b[33m",
    CellStatus.PASSED: "\x1b[32m",
}
_TITLES: Final = {
    CellStatus.NOT_EXERCISED: "Not exercised: what these scenarios are about was not seen",
    CellStatus.UNSUPPORTED: "Unsupported: the target says itself that it does not do this",
    CellStatus.HARNESS_FAULT: "Harness faults: these say nothing about the target",
}


def written(result: Result, *, styled: bool = False) -> Iterator[str]:
    """The report, line by line.

    Args:
        result: What is told.
        styled: Whether it goes to a terminal that shows colours.
    """
    told = summary(result)
    for one in told:
        yield from (line + "\n" for line in _target(result, one, styled=styled))
    yield from (line + "\n" for line in _changes(result, styled=styled))
    yield from (line + "\n" for line in _leftovers(result, styled=styled))
    for one in told:
        # Why it did not run stands above.
        status = one.target.status
        last = counts(one.cells) if status == "ran" else shown(TARGET_STATUS.get(status, status))
        yield f"{shown(one.target.name)}  {last}\n"


def _target(result: Result, one: TargetSummary, *, styled: bool) -> Iterator[str]:
    yield _painted(heading(one.target), _BOLD, styled=styled)
    for note in one.target.notes:
        yield f"  note  {shown(note)}"
    if (why := obstacle(one.target)) is not None:
        yield _painted(f"  {why}", _COLOURS["error"], styled=styled)
        yield from (f"  | {shown(cut(line))}" for line in (one.target.log or "").splitlines())
    if one.cells.total:
        scenarios = counted(len(one.scenarios), "scenario")
        routes = counted(len(one.routes), "route")
        yield f"  {counted(one.cells.total, 'cell')} of {scenarios} over {routes}"
        yield ""
        yield from _table(one.capabilities, one.cells, styled=styled)
    yield ""
    for group in one.blamed:
        yield from _group(result, group, styled=styled)
        yield ""
    if one.unexplained:
        yield _painted("Failed or warned, and no finding says why", _BOLD, styled=styled)
        yield from (f"  {STATUS[it.status]}: {silence(it)}" for it in one.unexplained)
        yield ""
    for name, groups in (
        ("Expected by the baseline", one.expected),
        ("Inherited from the upstream, not the target's doing", one.inherited),
        ("Worth knowing", one.remarks),
    ):
        if groups:
            yield _painted(name, _BOLD, styled=styled)
            yield from (f"  {_brief(group)}" for group in groups)
            yield ""
    for status in SILENT:
        if silences := one.silent(status):
            yield _painted(_TITLES[status], _BOLD, styled=styled)
            yield from (f"  {silence(it)}" for it in silences)
            yield ""


def _table(capabilities: Mapping[str, Tally], total: Tally, *, styled: bool) -> Iterator[str]:
    """Capabilities by outcomes; a dash is none."""
    statuses = columns([total])
    rows = [*capabilities.items(), ("all", total)]
    first = max(len(name) for name, _ in (*rows, ("capability", total)))
    widths = [max(len(STATUS[one]), len(f"{total[one]:,}")) for one in statuses]

    def line(name: str, fields: Sequence[str]) -> str:
        cells = (field.rjust(width) for field, width in zip(fields, widths, strict=True))
        coloured = (
            _painted(
                cell,
                _COLUMN_COLOURS.get(one, "") if cell.strip() not in {"-", STATUS[one]} else "",
                styled=styled,
            )
            for cell, one in zip(cells, statuses, strict=True)
        )
        return "  ".join((f"  {name.ljust(first)}", *coloured))

    yield line("capability", [STATUS[one] for one in statuses])
    for name, tally in rows:
        yield line(shown(name), [f"{tally[one]:,}" if tally[one] else "-" for one in statuses])


def _group(result: Result, group: Group, *, styled: bool) -> Iterator[str]:
    one, cell = group.finding, group.first
    label = f"{shown(one.rule)} {title(result, one.rule)}".rstrip()
    colour = _COLOURS.get(one.severity, "") + _BOLD
    yield f"{_painted(label, colour, styled=styled)}  ({shown(one.severity)}, in {extent(group)})"
    yield f"  {shown(cut(one.message))}"
    where = kept(cell, one.where)
    yield f"  first     {shown(cell.id)}"
    yield f"  at        {place(one.where)}" + (f"  ({where})" if where is not None else "")
    if one.expected is not None:
        yield f"  expected  {shown(cut(one.expected))}"
    if one.found is not None:
        yield f"  found     {shown(cut(one.found))}"
    if one.earlier is not None:
        yield f"  earlier   {place(one.earlier)}"
    rule = result.rules.get(one.rule)
    for client in rule.clients if rule is not None else ():
        yield f"  breaks    {shown(client)}"
    if cell.command is not None:
        yield f"  again     {shown(cell.command)}"


def _brief(group: Group) -> str:
    one = group.finding
    told = f"{shown(one.severity)}, in {extent(group)}; first {shown(group.first.id)}"
    return f"{shown(one.rule)}  {shown(cut(one.message))}  ({told})"


def _changes(result: Result, *, styled: bool) -> Iterator[str]:
    if not result.changes:
        return
    kinds = Counter(one.kind for one in result.changes)
    yield _painted(f"Since the earlier run: {change_counts(kinds)}", _BOLD, styled=styled)
    for kind, word in CHANGE.items():
        mine = [one for one in result.changes if one.kind is kind]
        if kind is ChangeKind.STILL_FAILING:
            continue  # They are told above, with all that is known of them.
        told = alike(mine)
        for one, cells in told[:MOST_CHANGES]:
            rule = f"{shown(one.rule)}  " if one.rule is not None else ""
            where = f"in {counted(cells, 'cell')}; first {shown(one.cell)}"
            yield f"  {word}  {rule}{shown(cut(one.message))}  ({where})"
        if len(told) > MOST_CHANGES:
            yield f"  {word}  and {len(told) - MOST_CHANGES:,} more; --format json has them all"
    yield ""


def _leftovers(result: Result, *, styled: bool) -> Iterator[str]:
    for name, lines in (
        (
            "Stale entries of the baseline: take them out",
            [f"{entry}: {reason}" for entry, reason in outdated(result.stale)],
        ),
        ("Requests to the upstream that belong to no cell", result.strays),
    ):
        if lines:
            yield _painted(name, _BOLD, styled=styled)
            yield from (f"  {shown(cut(line))}" for line in lines)
            yield ""


def _painted(text: str, colour: str, *, styled: bool) -> str:
    return f"{colour}{text}{_RESET}" if styled and colour else text


FORMAT = ConformFormat("text", "text for people", "conform.txt", written)

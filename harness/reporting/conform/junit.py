"""JUnit XML, as CI servers read it: a suite for each route of a target, a test case for each cell.

Valid against the schema of Ant's JUnit tasks (github.com/windyroad/JUnit-Schema), which is the strictest of those in
use: a test case has one outcome, and times have no zone. Warnings, which JUnit has no word for, stand in the suite's
output. A scenario that was not exercised, that the target does not support or whose findings the baseline expects is
skipped, and a harness fault is an error: neither is a failure of the target.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.wording import (
    STATUS,
    change_counts,
    cut,
    obstacle,
    of_target,
    outdated,
    place,
    shown,
)
from harness.results.result import CellStatus, ChangeKind
from harness.results.summary import is_blamed, summary, tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.results.result import Cell, Change, Finding, Result, Run
    from harness.results.summary import TargetSummary

_SKIPPED: Final = (CellStatus.NOT_EXERCISED, CellStatus.UNSUPPORTED, CellStatus.EXPECTED)
_SECOND: Final = 19
"""How much of an RFC 3339 time is left without its fraction and zone."""


def written(result: Result) -> Iterator[str]:
    """The document, element by element."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    number = 0
    for one in summary(result):
        run = one.target.run or result.run
        if (why := obstacle(one.target)) is not None:
            yield from _troubled(number, one, why, run)
            number += 1
        for route in one.routes:
            cells = [it for it in result.cells if it.target == one.target.name and it.route == route]
            yield from _suite(number, one, cells, run, of_target(result.changes, one.target.name))
            number += 1
    if result.stale:
        yield from _stale(number, result)
    yield "</testsuites>\n"


def _suite(
    number: int, one: TargetSummary, cells: Sequence[Cell], run: Run, changes: Sequence[Change]
) -> Iterator[str]:
    ids = {it.id for it in cells}
    mine = [it for it in changes if it.cell in ids]
    told = change_counts(Counter(it.kind for it in mine))
    changed = [("since the earlier run", told)] if changes else []
    new = {it.cell for it in mine if it.kind is ChangeKind.NEW}
    counts = tally(it.status for it in cells)
    seconds = sum(it.timing.total or 0.0 for it in cells) / 1e3
    yield _opening(
        number,
        f"{one.target.name}/{cells[0].route}",
        run,
        tests=len(cells),
        failures=counts[CellStatus.FAILED],
        errors=counts[CellStatus.HARNESS_FAULT],
        skipped=sum(counts[it] for it in _SKIPPED),
        seconds=seconds,
    )
    yield "    <properties>\n"
    for name, value in (
        ("target", one.target.title),
        ("version", one.target.version or "unknown"),
        ("harness", run.harness),
        ("profile", run.profile),
        *changed,
    ):
        yield f"      <property{_attributes(name=name, value=value)}/>\n"
    yield "    </properties>\n"
    for cell in cells:
        yield from _case(cell, is_new=cell.id in new)
    yield from _closing(_warnings(cells))


def _case(cell: Cell, *, is_new: bool) -> Iterator[str]:
    seconds = (cell.timing.total or 0.0) / 1e3
    name = _attributes(
        name=f"{cell.scenario}/{cell.mode}", classname=f"{cell.target}.{cell.route}", time=f"{seconds:.6f}"
    )
    outcome = _outcome(cell, is_new=is_new)
    if outcome is None:
        yield f"    <testcase{name}/>\n"
    else:
        yield f"    <testcase{name}>\n      {outcome}\n    </testcase>\n"


def _outcome(cell: Cell, *, is_new: bool) -> str | None:
    blamed = [one for one in cell.findings if is_blamed(one)]
    if cell.status is CellStatus.FAILED:
        errors = [one for one in blamed if one.severity == "error" and not one.is_expected] or blamed
        rules = ", ".join(dict.fromkeys(one.rule for one in errors))
        message = errors[0].message if errors else cell.reason or "failed, and no finding says why"
        lines = ["new since the earlier run"] if is_new else []
        lines += [line for one in blamed for line in _told(one)]
        if cell.command is not None:
            lines.append(f"again: {cell.command}")
        return _element("failure", message, rules or "failed", lines)
    reason = cut(cell.reason or STATUS[cell.status])
    if cell.status is CellStatus.HARNESS_FAULT:
        return _element("error", reason, "harness fault", [])
    if cell.status is CellStatus.EXPECTED:
        rules = ", ".join(dict.fromkeys(one.rule for one in blamed))
        return f"<skipped{_attributes(message=f'expected by the baseline: {rules}')}/>"
    if cell.status in _SKIPPED:
        return f"<skipped{_attributes(message=f'{STATUS[cell.status]}: {reason}')}/>"
    return None


def _told(one: Finding) -> Iterator[str]:
    expected = ", expected by the baseline" if one.is_expected else ""
    yield f"{one.rule} ({one.severity}{expected}): {one.message}"
    yield f"  at {place(one.where)}"
    if one.expected is not None:
        yield f"  expected {one.expected}"
    if one.found is not None:
        yield f"  found {one.found}"


def _warnings(cells: Sequence[Cell]) -> list[str]:
    return [
        f"{cell.id}: warning: {one.rule}: {one.message}"
        for cell in cells
        if cell.status is CellStatus.WARNED
        for one in cell.findings
        if is_blamed(one)
    ]


def _troubled(number: int, one: TargetSummary, why: str, run: Run) -> Iterator[str]:
    """A target that did not run to its end is an error of its own, so that no CI takes its absence for a pass."""
    yield _opening(number, one.target.name, run, tests=1, failures=0, errors=1, skipped=0, seconds=0.0)
    yield "    <properties/>\n"
    name = _attributes(name="the target runs", classname=one.target.name, time="0.000000")
    log = (one.target.log or "").splitlines()
    yield f"    <testcase{name}>\n      {_element('error', why, one.target.status, log)}\n    </testcase>\n"
    yield from _closing([])


def _stale(number: int, result: Result) -> Iterator[str]:
    stale = outdated(result.stale)
    count = len(stale)
    yield _opening(
        number, "baseline", result.run, tests=count, failures=count, errors=0, skipped=0, seconds=0.0
    )
    yield "    <properties/>\n"
    for entry, reason in stale:
        name = _attributes(name=entry, classname="baseline", time="0.000000")
        failure = _element("failure", reason, "stale baseline entry", [])
        yield f"    <testcase{name}>\n      {failure}\n    </testcase>\n"
    yield from _closing([])


def _opening(
    number: int,
    name: str,
    run: Run,
    *,
    tests: int,
    failures: int,
    errors: int,
    skipped: int,
    seconds: float,
) -> str:
    attributes = _attributes(
        name=name,
        package="harness.conform",
        id=str(number),
        timestamp=run.started[:_SECOND],
        hostname="localhost",
        tests=str(tests),
        failures=str(failures),
        errors=str(errors),
        skipped=str(skipped),
        time=f"{seconds:.6f}",
    )
    return f"  <testsuite{attributes}>\n"


def _closing(output: Sequence[str]) -> Iterator[str]:
    yield f"    <system-out>{_text(output)}</system-out>\n    <system-err></system-err>\n  </testsuite>\n"


def _element(name: str, message: str, kind: str, lines: Sequence[str]) -> str:
    return f"<{name}{_attributes(message=cut(message), type=kind)}>{_text(lines)}</{name}>"


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(shown(value))}" for name, value in values.items())


def _text(lines: Sequence[str]) -> str:
    return escape("\n".join(shown(cut(line)) for line in lines))


FORMAT = ConformFormat("junit", "JUnit XML for CI servers", "conform.junit.xml", written)

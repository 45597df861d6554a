"""The tables of docs/reports/README.md and README.md that are made from the published result.

A page keeps its prose; what stands between two marks is made anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.reporting.conform.wording import obstacle
from harness.results.result import CellStatus
from harness.results.summary import SILENT, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.results.result import Result, Target
    from harness.results.summary import Tally, TargetSummary

ROOT: Final = Path(__file__).resolve().parents[1]
REPORTS_PAGE: Final = "docs/reports/README.md"
FRONT_PAGE: Final = "README.md"
BEGIN, END = "<!-- made by generators/published_report.py -->\n", "<!-- end -->\n"

WITHOUT: Final = "Without a finding"
"""What a target's page calls cells that failed, as where no answer came, and that no rule speaks of."""

_OWN_FOLDERS: Final = re.compile(r" (?:--(?:output|tools) \S+|--quiet)")
"""Options of a command line that say where its maker keeps things, and change no verdict."""

_BETWEEN: Final = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
_LOUD: Final = (CellStatus.PASSED, CellStatus.WARNED, CellStatus.FAILED)


def pages(result: Result) -> dict[str, str]:
    """The pages with their tables as they should be: paths in the project, and texts."""
    made = {REPORTS_PAGE: "".join(_of_reports(result)), FRONT_PAGE: "".join(_of_front(result))}
    return {path: _put((ROOT / path).read_text("utf-8"), text) for path, text in made.items()}


def _put(page: str, text: str) -> str:
    whole = f"{BEGIN}\n{text}\n{END}"
    return _BETWEEN.sub(lambda _: whole, page, count=1)


def headings(one: TargetSummary) -> list[str]:
    """What the page of a target has to explain, each under a heading of that name."""
    return [*faults(one), *([WITHOUT] if one.unexplained else [])]


def faults(one: TargetSummary) -> dict[str, tuple[int, int]]:
    """The rules that a target breaks: for each, in how many cells as an error, and in how many as a warning alone."""
    errors: dict[str, set[str]] = {}
    warnings: dict[str, set[str]] = {}
    for group in one.blamed:
        found = errors if group.finding.severity == "error" else warnings
        found.setdefault(group.finding.rule, set()).update(cell.id for cell in group.cells)
    return {
        rule: (len(errors.get(rule, ())), len(warnings.get(rule, set()) - errors.get(rule, set())))
        for rule in sorted({*errors, *warnings})
    }


def _of_front(result: Result) -> Iterator[str]:
    told = summary(result)
    yield "| | version | passed | warned | failed | says nothing |\n|---|---|---:|---:|---:|---:|\n"
    for one in told:
        yield _row(
            (
                _linked(one, "docs/reports/"),
                one.target.version or "",
                *(f"{one.cells[status]:,}" for status in _LOUD),
                f"{_silent(one.cells):,}",
            )
        )


def _of_reports(result: Result) -> Iterator[str]:
    told = summary(result)
    yield from _runs(result)
    yield "\n### Cells\n\n"
    shown = [one for one in CellStatus if any(it.cells[one] for it in told)]
    names = [one.value.replace("_", " ") for one in shown]
    yield _row(("target", "kind", "version", *names)) + f"|---|---|---|{'---:|' * len(shown)}\n"
    for one in told:
        counts = (f"{one.cells[status]:,}" for status in shown)
        yield _row((_linked(one, ""), one.target.kind, one.target.version or "", *counts))
    if stopped := [f"- {one.name}: {why}\n" for one in result.targets if (why := obstacle(one)) is not None]:
        yield "\nNot tested to the end:\n\n"
        yield from stopped
    yield "\n### What it can be used for\n\n"
    yield "Cells that passed / warned / failed; a dash where the target was not asked, or the cells say nothing.\n\n"
    yield _row(("", *(one.target.name for one in told))) + f"|---|{'---|' * len(told)}\n"
    for name in dict.fromkeys(it.capability for it in result.scenarios):
        yield _row((name, *(_counts(one.capabilities.get(name)) for one in told)))
    if any(map(headings, told)):
        yield "\n### Rules that are broken\n\n"
        yield "In how many cells; `w` where it is a warning. Each number leads to what we saw.\n\n"
        yield from _rules(result, [one for one in told if headings(one)])


def _runs(result: Result) -> Iterator[str]:
    yield "| targets | harness | day (UTC) | seconds | Python | system | command |\n"
    yield "|---|---|---|---:|---|---|---|\n"
    runs = dict.fromkeys(one.run or result.run for one in result.targets)
    for run in runs:
        names = ", ".join(one.name for one in result.targets if (one.run or result.run) == run)
        told = (run.harness, run.started[:10], f"{run.seconds:,.0f}", run.python or "", run.system or "")
        yield _row((names, *told, f"`{_OWN_FOLDERS.sub('', run.command)}`"))
    if notes := [one for one in result.targets if one.notes]:
        yield "\nWhat about that is not as they come:\n\n"
        for one in notes:
            yield f"- {one.name}: {'; '.join(one.notes)}.\n"


def _rules(result: Result, told: list[TargetSummary]) -> Iterator[str]:
    broken = {one.target.name: faults(one) for one in told}
    yield _row(("rule", "what it asks", *broken)) + f"|---|---|{'---:|' * len(told)}\n"
    for rule in sorted({rule for mine in broken.values() for rule in mine}):
        known = result.rules.get(rule)
        cells = (_broken(target, rule, mine.get(rule)) for target, mine in broken.items())
        yield _row((rule, known.title if known is not None else "", *cells))
    if any(one.unexplained for one in told):
        counts = {one.target.name: sum(len(it.cells) for it in one.unexplained) for one in told}
        anchor = WITHOUT.lower().replace(" ", "-")
        links = (f"[{number:,}]({name}.md#{anchor})" if number else "" for name, number in counts.items())
        yield _row(("", WITHOUT, *links))


def _broken(target: str, rule: str, counts: tuple[int, int] | None) -> str:
    if counts is None:
        return ""
    errors, warnings = counts
    words = [f"{errors:,}"] if errors else []
    words += [f"{warnings:,} w"] if warnings else []
    return f"[{', '.join(words)}]({target}.md#{rule.lower()})"


def _counts(tally: Tally | None) -> str:
    if tally is None or not any(tally[one] for one in _LOUD):
        return "-"
    return " / ".join(f"{tally[one]:,}" for one in _LOUD)


def _silent(tally: Tally) -> int:
    return sum(tally[one] for one in SILENT)


def _linked(one: TargetSummary, folder: str) -> str:
    target: Target = one.target
    return f"[{target.name}]({folder}{target.name}.md)" if headings(one) else target.name


def _row(fields: Iterable[str]) -> str:
    return f"| {' | '.join(' '.join(one.replace('|', chr(92) + '|').split()) for one in fields)} |\n"

"""The page about mutants, docs/mutants.md, made from the whole matrix.

`python -m tests.mutants.page` writes it; one test for each fault holds its row to what it does now.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.faults.registry import faults
from harness.rules.registry import rules
from tests.mutants.bases import bases
from tests.mutants.exceptions import COLLATERAL, FIXTURE_ONLY, OF_RUNS
from tests.mutants.matrix import Fate, row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.mutants.matrix import Row

PATH = Path(__file__).parents[2] / "docs" / "mutants.md"

COLUMNS = (Fate.NOT_APPLICABLE, Fate.EQUIVALENT, Fate.LEGAL, Fate.KILLED, Fate.SURVIVED)

_INTRODUCTION = """\
# Mutants

<!-- Made by tests/mutants/page.py from the whole matrix; do not edit it by hand. -->

A rule that never fires is no rule. So every fault ([faults.md](faults.md)) is made in every conforming answer: the
streams and whole answers under `specs/examples`, translations with both halves, and refused requests. Each manner of a
fault is tried, at the places that two seeds choose, and the example in its page. What a fault declares to break must
then be found. The shipped recordings of real servers in which nothing is worth a warning are held to the same; they are
not counted here.

| | |
|---|---|
| not applicable | It cannot be made there, or breaks nothing that such an answer is judged by. Counted once a reason. |
| equivalent | It leaves the answer as conforming as it was, and says why. |
| legal | It is benign, or declares nothing. |
| killed | A declared rule fires, at whatever severity. |
| survived | None does. There must be none of these. |

Whatever its fate, no mutant may give an error that its fault does not declare, but for those listed at the end.
"""

_ROW = re.compile(
    r"^\| \[`(?P<fault>\w+)`\]\(faults\.md#\w+\) \|(?P<counts>(?: \d+ \|)+) (?P<rules>[^|]*) \|$",
    re.MULTILINE,
)


def line(found: Row) -> str:
    """One fault's row of the table."""
    name = found.fault.name
    counts = " | ".join(str(found.count(fate)) for fate in COLUMNS)
    return f"| [`{name}`](faults.md#{name}) | {counts} | {', '.join(found.killers) or 'none'} |"


def lines(text: str) -> dict[str, str]:
    """The rows of a page, by fault."""
    return {match["fault"]: match[0] for match in _ROW.finditer(text)}


def render(rows: Mapping[str, str]) -> str:
    """The whole page, from the rows of all faults."""
    return (
        "\n".join([_INTRODUCTION, *_summary(rows), "", *_by_fault(rows), "", *_by_rule(rows), "", *_beside()])
        + "\n"
    )


def broken_by(rows: Mapping[str, str]) -> dict[str, list[str]]:
    """The faults that break each rule."""
    broken: dict[str, list[str]] = {rule: [] for rule in rules() if rule not in OF_RUNS}
    for name, text in rows.items():
        for rule in _parsed(text)["rules"].split(", "):
            if rule != "none":
                broken[rule].append(name)
    return broken


def counts(rows: Mapping[str, str]) -> list[int]:
    """The sums of the columns."""
    each = [[int(one) for one in _parsed(text)["counts"].replace("|", " ").split()] for text in rows.values()]
    return [sum(column) for column in zip(*each, strict=True)]


def _parsed(text: str) -> re.Match[str]:
    found = _ROW.match(text)
    assert found is not None, text
    return found


def _summary(rows: Mapping[str, str]) -> Iterator[str]:
    sums = dict(zip(COLUMNS, counts(rows), strict=True))
    applied = sum(sums.values()) - sums[Fate.NOT_APPLICABLE]
    found = broken_by(rows).values()
    broken = sum(map(bool, found))
    yield f"{len(rows)} faults in {len(bases())} conforming answers make {applied:,} mutants:"
    yield f"{sums[Fate.KILLED]:,} killed, {sums[Fate.SURVIVED]:,} survived, {sums[Fate.EQUIVALENT]:,} equivalent,"
    yield f"{sums[Fate.LEGAL]:,} legal; {sums[Fate.NOT_APPLICABLE]:,} times a fault does not apply."
    alone = len(FIXTURE_ONLY)
    yield f"{broken} of {len(found)} rules are broken by a mutant, {alone} by the example in their page alone."


def _by_fault(rows: Mapping[str, str]) -> Iterator[str]:
    yield from ("## What each fault breaks", "")
    yield f"| fault | {' | '.join(COLUMNS)} | rules that fire |"
    yield "|---|" + "---:|" * len(COLUMNS) + "---|"
    yield from rows.values()


def _by_rule(rows: Mapping[str, str]) -> Iterator[str]:
    yield from ("## What breaks each rule", "", "| rule | faults |", "|---|---|")
    for rule, found in broken_by(rows).items():
        names = ", ".join(f"[`{name}`](faults.md#{name})" for name in found)
        yield f"| {rule} | {names or 'its example only: ' + FIXTURE_ONLY.get(rule, '')} |"


def _beside() -> Iterator[str]:
    yield from ("## What else is found", "")
    yield "One fault is one finding, of a rule that it declares. Errors beside those, all of them:"
    yield from ("", "| fault | rule | why |", "|---|---|---|")
    yield from (f"| `{fault}` | {rule} | {why} |" for (fault, rule), why in COLLATERAL.items())


def main() -> None:
    """Write the page anew."""
    rows = {name: line(row(fault)) for name, fault in faults().items()}
    PATH.write_text(render(rows), "utf-8", newline="\n")
    sys.stderr.write(f"wrote {PATH}\n")


if __name__ == "__main__":
    main()

"""Annotations in the log of a GitHub workflow: one for each fault of a target, however many cells it broke.

GitHub shows ten of a kind and step, so the worst come first, and what is only worth knowing is left out. They name no
file: cassettes are no part of the repository that is checked.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from harness.reporting.conform.format import ConformFormat
from harness.reporting.conform.wording import (
    STATUS,
    change_counts,
    counts,
    cut,
    extent,
    obstacle,
    of_target,
    outdated,
    place,
    shown,
    silence,
    title,
)
from harness.reporting.github import command
from harness.results.result import CellStatus, ChangeKind
from harness.results.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Result
    from harness.results.summary import Group

_KINDS: Final = {"error": "error", "warning": "warning"}


def written(result: Result) -> Iterator[str]:
    """Annotations, and the counts as plain text."""
    told = summary(result)
    new = {(one.cell, one.rule) for one in result.changes if one.kind is ChangeKind.NEW}
    for one in told:
        name = one.target.name
        if (why := obstacle(one.target)) is not None:
            yield command("error", "", f"{name} did not run", why)
        for fault in one.silent(CellStatus.HARNESS_FAULT):
            yield command("error", "", f"{name}: harness fault", silence(fault))
        for it in one.unexplained:
            yield command("error", "", f"{name}: {STATUS[it.status]}", silence(it))
        for group in one.blamed:
            yield _annotation(result, group, new)
    for entry, why in outdated(result.stale):
        yield command("error", "", "stale baseline entry", f"{entry}: {cut(why)}")
    for one in told:
        # A line of plain text must not look like a command.
        name = shown(one.target.name).lstrip(":")
        yield f"{name}  {obstacle(one.target) or counts(one.cells)}\n"
        if mine := of_target(result.changes, one.target.name):
            yield f"{name}  since the earlier run: {change_counts(Counter(it.kind for it in mine))}\n"


def _annotation(result: Result, group: Group, new: set[tuple[str, str | None]]) -> str:
    one, cell = group.finding, group.first
    fresh = "new: " if any((it.id, one.rule) in new for it in group.cells) else ""
    lines = [f"{cut(one.message)} (in {extent(group)})"]
    lines += [f"expected {cut(one.expected)}"] if one.expected is not None else []
    lines += [f"found {cut(one.found)}"] if one.found is not None else []
    lines.append(f"first in {cell.id}, {place(one.where)}")
    lines += [f"again: {cell.command}"] if cell.command is not None else []
    label = f"{fresh}{group.target}: {one.rule} {title(result, one.rule)}".rstrip()
    return command(_KINDS.get(one.severity, "warning"), "", label, "\n".join(lines))


FORMAT = ConformFormat(
    "github", "annotations for the log of a GitHub workflow", "conform.github.txt", written
)

"""Annotations in the log of a GitHub workflow.

Source: GitHub Docs, "Workflow commands for GitHub Actions", `::error file=...,title=...::message`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checking.telling import place, slug, summary_lines
from harness.findings import Severity
from harness.reporting.format import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.checking.report import Stale, Totals, Verdict

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


class Github(Format):
    """One workflow command a finding; GitHub shows them beside the files and in the summary of the run.

    It shows ten of a kind and step: the worst come first, and what is only worth knowing is left out.
    """

    name = "github"
    summary = "annotations for the log of a GitHub workflow"

    def verdict(self, verdict: Verdict) -> Iterator[str]:
        """One annotation an error or warning, and one for what could not be read."""
        if (obstacle := verdict.obstacle) is not None:
            yield command("error", verdict.source, obstacle.code, str(obstacle))
        loud = [one for one in verdict.findings if one.severity is not Severity.INFO]
        for finding in sorted(loud, key=lambda one: -one.severity.weight):
            where = f"exchange {verdict.exchange}" + place(finding.where).replace("  ", ", ", 1)
            more = f" ({finding.times - 1:,} more, same cause)" if finding.times > 1 else ""
            expected = f"\nexpected {finding.expected}" if finding.expected is not None else ""
            yield command(
                _COMMANDS[finding.severity],
                verdict.source,
                f"{finding.rule} {slug(finding.rule)}",
                f"{finding.message}{more}{expected}\n{where}\nharness rule {finding.rule} explains it",
                line=verdict.lines.get(finding.where.start) if finding.where.start is not None else None,
            )

    def end(self, totals: Totals, stale: Sequence[Stale]) -> Iterator[str]:
        """One annotation a stale entry of the baseline, and the counts as plain text."""
        for one in stale:
            yield command("error", one.file, "stale baseline entry", str(one))
        yield from (line + "\n" for line in summary_lines(totals))


def command(kind: str, file: str, title: str, message: str, *, line: int | None = None) -> str:
    """One workflow command, on one line.

    Args:
        kind: "error", "warning" or "notice".
        file: What it is about, as a path from the root of the repository; "" is no file.
        title: Its title.
        message: What it says; may have several lines.
        line: The line of the file.
    """
    properties = f"file={_property(file)}," if file else ""
    if line is not None:
        properties += f"line={line},"
    return f"::{kind} {properties}title={_property(title)}::{_data(message)}\n"


def _data(text: str) -> str:
    """A message: what would end the command is escaped, other control characters are shown as escapes."""
    shown = "".join(
        char if char.isprintable() or char in "\r\n" else char.encode("unicode_escape").decode()
        for char in text
    )
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

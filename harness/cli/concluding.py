"""The end of `harness conform`: what is written and printed of a run, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.checking.baseline import Baseline
    from harness.cli.complaints import Complaints
    from harness.cli.reports import Wanted
    from harness.conforming.whole import Ran


def concluded(
    ran: Ran,
    formats: Wanted,
    out: Path,
    complaints: Complaints,
    *,
    accepted: Baseline | None,
    baseline: Path | None,
    strict: bool,
    optional: Sequence[str],
    tools: Path,
    redact_content: bool,
    quiet: bool,
) -> int:
    """Write and print what came of a run.

    Args:
        ran: The run.
        formats: What is to be written beside the result and the HTML.
        out: The folder of both.
        complaints: Hears what cannot be written; the rest is written all the same.
        accepted: The baseline that the run was held to.
        baseline: Where it is to be written anew; None leaves it as it is.
        strict: A warning counts, too.
        optional: Targets that need not be installed.
        tools: Where targets are installed.
        redact_content: Hide what messages say in HTML.
        quiet: Do not say where things lie.

    Returns:
        The exit code.
    """
    import msgspec

    from harness.cli.command import note
    from harness.cli.reports import print_report, write_files
    from harness.conforming.files import keeps_earlier, write_report, write_result
    from harness.conforming.verdict import exit_code, hints, obstacles
    from harness.jobs.accepting import unexplained, write_baseline

    result = ran.result
    if baseline is not None:
        result = msgspec.structs.replace(result, stale=())
    is_kept = keeps_earlier(result, out)
    # What programs read comes first: a report that fails must not take it along.
    with complaints.heard():
        if is_kept:
            note(f"no target started: {out} keeps the result of an earlier run")
        else:
            write_result(result, out)
    reports: list[Path] = []
    with complaints.heard():
        write_files(result, formats, beside=out, redact_content=redact_content)
    with complaints.heard():
        if not is_kept:
            reports.append(write_report(result, out, redact_content=redact_content))
    print_report(result, formats)
    for obstacle in obstacles(result, optional=optional):
        # On this machine the variable that reports have is one folder.
        note(obstacle.replace("$TOOLS", str(tools)))
    for hint in hints(result):
        note(hint)
    code = exit_code(result, strict=strict, optional=optional)
    without = unexplained(accepted.entries) if accepted is not None else 0
    if accepted is not None and baseline is not None:
        written = write_baseline(accepted, baseline)
        note(f"{baseline}: {written.entries} entries, {written.new} new, {written.removed} removed")
        without = written.unexplained
        code = 0 if code == 1 else code
    if without:
        note(f"entries of the baseline that have no reason yet: {without}")
    for report in () if quiet else reports:
        click.echo(f"the report for reading is {report}", err=not formats.is_prose)
    if ran.interrupted:
        note("interrupted: what had been played until then is in the result")
        return 130
    return max(code, complaints.code)

"""`harness cassette verify`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.jobs.verify import Verdict


@click.command()
@click.argument("cassettes", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(cassettes: tuple[str, ...], form: str) -> int:
    """Check CASSETTES (files or folders): rows and their order, seal, match keys, and that no secret is left.

    Exits with 1 where something is wrong with what a cassette holds, with 4 where one cannot be read as it is.
    """
    from harness.errors import HarnessError
    from harness.io.recordings import SUFFIX, find_recordings
    from harness.jobs.verify import verify

    code = 0
    for path in find_recordings(cassettes):
        if path.is_file() and not path.name.endswith((SUFFIX, ".jsonl")) and len(cassettes) != 1:
            continue
        try:
            verdict = verify(path)
        except HarnessError as error:
            click.echo(str(error), err=True)
            code = max(code, error.exit_code)
            continue
        _say(verdict, form)
        code = max(code, 0 if verdict.ok else 1)
    return code


def _say(verdict: Verdict, form: str) -> None:
    if form == "json":
        click.echo(json.dumps({**asdict(verdict), "ok": verdict.ok}, ensure_ascii=False))
        return
    state = "ok" if verdict.ok else "NOT OK"
    click.echo(f"{verdict.source}: {state}, {verdict.exchanges} exchanges, {verdict.bytes} bytes")
    for problem in verdict.problems:
        click.echo(f"  {'error' if problem.fatal else 'note '}  {problem.code}  {problem.where}: {problem.message}")

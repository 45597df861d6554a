"""`harness cassette verify`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.jobs.verify import Verdict
    from harness.jsonvalue import JsonValue


@click.command()
@click.argument("cassettes", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What goes to stdout: text for people, or JSON for programs.",
)
def command(cassettes: tuple[str, ...], form: str) -> int:
    """Check CASSETTES (files, folders, names of shipped ones): rows, seal, match keys, and that no secret is left.

    Exits with 1 where something is wrong with what a cassette holds, with 4 where one cannot be read as it is. With
    --format json the verdicts, the errors among them, are one list on stdout.
    """
    from harness.cli.command import read_once, standard_input
    from harness.cli.complaints import Complaints, as_data
    from harness.errors import HarnessError
    from harness.jobs.verify import cassettes_in, verify

    read_once(cassettes)
    complaints = Complaints()
    document: list[JsonValue] = []
    for path in cassettes_in(cassettes):
        try:
            if isinstance(path, HarnessError):
                raise path
            verdict = verify(path, standard_input(path))
        except HarnessError as error:
            complaints.say(error)
            source = (error.where or "") if path is error else str(path)
            document.append({"source": source, "ok": False, "error": as_data(error)})
            continue
        document.append({"ok": verdict.ok, **asdict(verdict)})
        complaints.raise_to(0 if verdict.ok else 1)
        if form == "text":
            _say(verdict)
    if form == "json":
        click.echo(json.dumps(document, indent=2))
    return complaints.code


def _say(verdict: Verdict) -> None:
    state = "ok" if verdict.ok else "NOT OK"
    exchanges = f"{verdict.exchanges} exchange{'' if verdict.exchanges == 1 else 's'}"
    click.echo(f"{verdict.source}: {state}, {exchanges}, {verdict.bytes} bytes")
    for problem in verdict.problems:
        click.echo(
            f"  {'error' if problem.fatal else 'note '}  {problem.code}  {problem.where}: {problem.message}"
        )

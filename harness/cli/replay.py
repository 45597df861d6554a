"""`harness replay`: serve recordings on a local port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.cli.command import (
    WithCommand,
    listen_option,
    match_options,
    note,
    until_interrupted,
    wait,
    warn_of_strangers,
)

if TYPE_CHECKING:
    from harness.cassettes.matching.policy import BodyRule, RepeatRule
    from harness.jobs.replay import ReplaySummary

_SHOWN = 20


@click.command(cls=WithCommand)
@click.argument("recordings", nargs=-1, required=True)
@listen_option()
@click.option(
    "--pace",
    default="recorded",
    show_default=True,
    help="When chunks go out: recorded, instant, xN; and how they are cut: bytes:N, cuts:A,B, at:PLACE; joined by +.",
)
@click.option(
    "--fault", metavar="NAME[:ARG][@SEED]", help="What goes wrong, such as cut:event=7; see docs/faults.md."
)
@match_options
@click.option(
    "--on-miss",
    type=click.Choice(["fail", "nearest"]),
    default="fail",
    show_default=True,
    help="What a request gets that no recording answers: an error, or the nearest one. The exit code is 1.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 where a recording was never asked for.")
def command(
    recordings: tuple[str, ...],
    listen: tuple[str, int],
    pace: str,
    fault: str | None,
    repeats: RepeatRule,
    body: BodyRule,
    normalisers: tuple[str, ...],
    ignore: tuple[str, ...],
    on_miss: str,
    strict: bool,
    command: tuple[str, ...],
) -> int:
    """Serve RECORDINGS again, byte for byte, on a local port.

    RECORDINGS are files, folders, or names of shipped recordings such as llama-server/chat/text: cassettes, vcrpy YAML
    or JSON, HAR, plain SSE.

    With -- COMMAND, the command runs with OPENAI_BASE_URL, ANTHROPIC_BASE_URL and GOOGLE_GEMINI_BASE_URL pointing here;
    the server ends with it, and its exit code wins unless it is 0.

    A request that no recording answers gets a 404 that says which recording was nearest and where it differs; it makes
    the exit code 1. A fault that can be made in none of the recordings is an error of usage.
    """
    from harness.cassettes.matching.policy import MatchPolicy
    from harness.errors import UsageError
    from harness.io.process import run_command
    from harness.jobs.replay import replay_server

    policy = MatchPolicy(body=body, normalisers=normalisers, ignore=ignore, repeats=repeats)
    server = replay_server(
        recordings,
        host=listen[0],
        port=listen[1],
        pace=pace,
        fault=fault,
        match=policy,
        nearest=on_miss == "nearest",
    )
    if (obstacle := server.obstacle()) is not None:
        raise UsageError(
            "this fault can be made in none of these recordings",
            where=f"--fault {fault}",
            found=obstacle,
            hint="`harness cassette show` draws what is in them; docs/faults.md says what each fault needs",
        )
    with until_interrupted() as interrupted, server:
        note(f"replaying on {server.base_url}")
        warn_of_strangers(listen[0])
        code = 0
        if command:
            code = run_command(command, server.environment)
        else:
            click.echo(server.base_url)
            note("Ctrl-C ends it")
            wait(interrupted)
        summary = server.summary()
    _report(summary)
    if code == 0 and summary.errors:
        return summary.errors[0].exit_code
    if code == 0 and (summary.misses or (strict and summary.unplayed)):
        return 1
    return code


def _report(summary: ReplaySummary) -> None:
    note(f"played {summary.played} answer{'' if summary.played == 1 else 's'}")
    _list("", list(summary.misses))
    _list("not played to the end", [str(error) for error in summary.errors])
    _list(
        "never asked for",
        [
            f"{source}  exchange {exchange.index}  {exchange.request.method} {exchange.request.url}"
            for source, exchange in summary.unplayed
            if source not in summary.orphans
        ],
    )
    _list("files that nothing was asked of", list(summary.orphans))
    _list("requests that several files answer, an old recording beside a new one perhaps", summary.stacks)
    _list(
        "played without the fault",
        [f"{source}  exchange {exchange.index}  {why}" for source, exchange, why in summary.unharmed],
    )


def _list(title: str, lines: list[str]) -> None:
    if title and lines:
        note(f"{title}: {len(lines)}")
    for line in lines[:_SHOWN]:
        note(f"  {line}" if title else line)
    if len(lines) > _SHOWN:
        note(f"  ... and {len(lines) - _SHOWN} more")

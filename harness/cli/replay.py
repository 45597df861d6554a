"""`harness replay`: serve recordings on a local port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.cli.command import WithCommand, listen_option, match_options, note, until_interrupted, wait

if TYPE_CHECKING:
    from harness.cassettes.matching.policy import BodyRule, RepeatRule
    from harness.jobs.replay import ReplaySummary


@click.command(cls=WithCommand)
@click.argument("recordings", nargs=-1, required=True)
@listen_option()
@click.option(
    "--pace",
    default="recorded",
    show_default=True,
    help="When chunks go out: recorded, instant, xN; and how they are cut: bytes:N, cuts:A,B,...; joined by +.",
)
@click.option(
    "--fault", metavar="NAME[:ARG][@SEED]", help="What goes wrong, such as cut:event=7; see docs/faults.md."
)
@match_options
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
    strict: bool,
    command: tuple[str, ...],
) -> int:
    """Serve RECORDINGS again, byte for byte, on a local port.

    RECORDINGS are files, folders, or names of shipped recordings such as llama-server/chat/text: cassettes, vcrpy YAML
    or JSON, HAR, plain SSE.

    With -- COMMAND, the command runs with OPENAI_BASE_URL, ANTHROPIC_BASE_URL and GOOGLE_GEMINI_BASE_URL pointing here;
    the server ends with it, and its exit code wins unless it is 0.

    A request that no recording answers gets a 404 that says which recording was nearest and where it differs; it makes
    the exit code 1.
    """
    from harness.cassettes.matching.policy import MatchPolicy
    from harness.io.process import run_command
    from harness.jobs.replay import replay_server

    policy = MatchPolicy(body=body, normalisers=normalisers, ignore=ignore, repeats=repeats)
    server = replay_server(recordings, host=listen[0], port=listen[1], pace=pace, fault=fault, match=policy)
    with server, until_interrupted() as interrupted:
        note(f"replaying on {server.base_url}")
        code = 0
        if command:
            code = run_command(command, server.environment)
        else:
            click.echo(server.base_url)
            note("Ctrl-C ends it")
            wait(interrupted)
        summary = server.summary()
    _report(summary)
    if code == 0 and (summary.misses or (strict and summary.unplayed)):
        return 1
    return code


def _report(summary: ReplaySummary) -> None:
    note(f"played {summary.played} answers")
    for text in summary.misses:
        note(text)
    if summary.unplayed:
        note(f"never asked for: {len(summary.unplayed)}")
        for source, exchange in summary.unplayed[:20]:
            note(f"  {source}  exchange {exchange.index}  {exchange.request.method} {exchange.request.url}")
        if len(summary.unplayed) > 20:
            note(f"  ... and {len(summary.unplayed) - 20} more")

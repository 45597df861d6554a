"""`harness record`: record what passes between a client and an upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.cli.command import WithCommand, listen_option, note, until_interrupted, wait

if TYPE_CHECKING:
    from harness.jobs.record import RecordSummary


@click.command(cls=WithCommand)
@click.option("--upstream", required=True, metavar="URL", help="Base URL, such as https://api.openai.com/v1.")
@listen_option()
@click.option(
    "-o",
    "--output",
    default="recording.cassette.jsonl",
    show_default=True,
    metavar="PATH",
    help="The cassette to write.",
)
@click.option("--append", is_flag=True, help="Add to a cassette that is there.")
@click.option("--overwrite", is_flag=True, help="Replace a cassette that is there.")
@click.option("--ca", metavar="FILE", help="Certificates (PEM) to trust beside the usual ones.")
@click.option("--raw-encoding", is_flag=True, help="Let the upstream compress, if the client accepts it.")
@click.option(
    "--decode", is_flag=True, help="Record bodies that come compressed decoded, so that they can be redacted."
)
def command(
    upstream: str,
    listen: tuple[str, int],
    output: str,
    append: bool,
    overwrite: bool,
    ca: str | None,
    raw_encoding: bool,
    decode: bool,
    command: tuple[str, ...],
) -> int:
    """Record what passes between a client and an upstream, through a local port.

    Point the client's base URL at the address that is printed, or let -- COMMAND run with OPENAI_BASE_URL,
    ANTHROPIC_BASE_URL and GOOGLE_GEMINI_BASE_URL pointing here. The client gets every byte when it comes; secrets are
    replaced before anything reaches the disk.

    The recording is sealed when the command ends, or at Ctrl-C. The command's exit code wins unless it is 0.
    """
    from harness.io.process import run_command
    from harness.jobs.record import record_server

    server = record_server(
        upstream,
        output,
        host=listen[0],
        port=listen[1],
        append=append,
        overwrite=overwrite,
        ca=ca,
        raw_encoding=raw_encoding,
        decode=decode,
    )
    code = 0
    with until_interrupted() as interrupted, server:
        note(f"recording {upstream} on {server.base_url}")
        if command:
            code = run_command(command, server.environment)
        else:
            click.echo(server.base_url)
            note("Ctrl-C ends and seals the recording")
            wait(interrupted)
        summary = server.stop()
    return code or _report(summary)


def _report(summary: RecordSummary) -> int:
    if summary.path is None:
        note("no request came: nothing was recorded")
        return 0
    note(f"recorded {summary.exchanges} exchanges in {summary.path}")
    for refusal in summary.refusals:
        note(str(refusal))
    return 1 if summary.refusals else 0

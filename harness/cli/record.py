"""`harness record`: record what passes between a client and an upstream."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.command import WithCommand, listen_option, note, until_interrupted, wait, warn_of_strangers
from harness.cli.hiding import hiding_options

if TYPE_CHECKING:
    from harness.jobs.record import RecordSummary
    from harness.jobs.watching import Passed


@click.command(cls=WithCommand)
@click.option("--upstream", required=True, metavar="URL", help="Base URL, such as https://api.openai.com/v1.")
@listen_option()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="recording.cassette.jsonl",
    show_default=True,
    metavar="PATH",
    help="The cassette to write.",
)
@click.option("--append", is_flag=True, help="Add to a cassette that is there.")
@click.option("--overwrite", is_flag=True, help="Replace a cassette that is there.")
@click.option(
    "--ca",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Certificates (PEM) to trust beside the usual ones.",
)
@click.option("--raw-encoding", is_flag=True, help="Let the upstream compress, if the client accepts it.")
@click.option(
    "--decode", is_flag=True, help="Record bodies that come compressed decoded, so that they can be redacted."
)
@hiding_options
@click.option(
    "-q", "--quiet", is_flag=True, help="No line for each exchange; without it a terminal shows them."
)
def command(
    upstream: str,
    listen: tuple[str, int],
    output: Path,
    append: bool,
    overwrite: bool,
    ca: Path | None,
    raw_encoding: bool,
    decode: bool,
    patterns: tuple[str, ...],
    headers: tuple[str, ...],
    variables: tuple[str, ...],
    quiet: bool,
    command: tuple[str, ...],
) -> int:
    """Record what passes between a client and an upstream, through a local port.

    Point the client's base URL at the address that is printed, or let -- COMMAND run with OPENAI_BASE_URL,
    ANTHROPIC_BASE_URL and GOOGLE_GEMINI_BASE_URL pointing here. The client gets every byte when it comes; secrets are
    replaced before anything reaches the disk.

    The recording is sealed when the command ends, or at Ctrl-C, which is no error. The command's exit code wins unless
    it is 0. Exits with 3 where the upstream could not be reached or something could not be written, with 1 where
    something was refused because it holds a secret that cannot be hidden.
    """
    import sys

    from harness.io.process import run_command
    from harness.jobs.record import record_server

    if append and overwrite:
        raise click.UsageError("--append and --overwrite exclude each other")
    session = _Session(shown=not quiet and sys.stderr is not None and sys.stderr.isatty())
    with until_interrupted() as interrupted:
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
            patterns=patterns,
            headers=headers,
            variables=variables,
            tell=session.passed,
            counting=session.shown,
        )
        code = 0
        with server:
            note(f"recording {upstream} on {server.base_url}")
            warn_of_strangers(listen[0])
            if command:
                code = run_command(command, server.environment)
            else:
                click.echo(server.base_url)
                note("Ctrl-C ends and seals the recording")
                wait(interrupted)
            server.stop()
            summary = server.summary()
    said = _report(summary)
    if session.web_pages:
        note(f"{session.web_pages} of the answers were web pages (text/html): is the upstream's URL right?")
    return code or said


class _Session:
    """Watches what goes by, and shows it where somebody looks."""

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown
        self.web_pages = 0

    def passed(self, passed: Passed) -> None:
        self.web_pages += passed.web_page
        if self.shown:
            note(progress_line(passed))


def progress_line(passed: Passed) -> str:
    """What a terminal is told of one exchange: `#0 POST /v1/responses 200, 14 events, 3,950 bytes, complete`."""
    parts = ["no answer" if passed.status is None else str(passed.status)]
    if passed.events is not None:
        parts.append(f"{passed.events:,} event{'' if passed.events == 1 else 's'}")
    if passed.status is not None:
        parts.append(f"{passed.bytes:,} bytes")
    parts.append(passed.how.value + (f" ({passed.cause})" if passed.cause else ""))
    return f"#{passed.number} {passed.method} {passed.path} {', '.join(parts)}"


def _report(summary: RecordSummary) -> int:
    code = 0
    if summary.path is None:
        note("no request came: nothing was recorded")
    else:
        note(
            f"recorded {summary.exchanges} exchange{'' if summary.exchanges == 1 else 's'} in {summary.path}"
        )
    for problem in dict.fromkeys((str(one), _code(one)) for one in (*summary.refusals, *summary.unreached)):
        note(problem[0])
        code = max(code, problem[1])
    return code


def _code(problem: Exception) -> int:
    from harness.errors import HarnessError

    return problem.exit_code if isinstance(problem, HarnessError) else 3

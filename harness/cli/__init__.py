"""The command line: one file a command.

Machine output goes to stdout, progress and prose to stderr. Exit codes: 0 clean, 1 findings, 2 usage, 3 target
unreachable or harness fault, 4 unreadable input; of several the highest. No traceback reaches a user, unless
HARNESS_TRACEBACK is set.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from harness.cli import configuration
from harness.cli.complaints import told
from harness.cli.group import LazyGroup, ReaderGone

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "conform": ("harness.cli.conform", "Put a gateway through scenarios, and judge both of its sides."),
    "fuzz": ("harness.cli.fuzz", "Find what a gateway gets wrong in conversations that nobody thought of."),
    "check": ("harness.cli.check", "Judge streams and answers by the rules of their protocol."),
    "record": ("harness.cli.record", "Record what passes between a client and an upstream."),
    "replay": ("harness.cli.replay", "Serve recordings again, byte for byte, on a local port."),
    "serve": (
        "harness.cli.serve",
        "Serve a gateway: Chat Completions and Responses in front of any upstream.",
    ),
    "translate": ("harness.cli.translate", "Translate a recorded answer from one dialect to another."),
    "report": ("harness.cli.report", "Make reports of conformance results, and merge several."),
    "rules": ("harness.cli.rules", "List the rules."),
    "rule": ("harness.cli.rule", "Explain one rule."),
    "cassette": ("harness.cli.cassette", "Look at, compare, check, mend and convert recordings."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="llm-stream-harness", prog_name="harness")
def cli() -> None:
    """Judge any LLM stream; record a session exactly, and replay it exactly, with the faults of your choice."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe of a small character set must not make a drawing fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, say what goes wrong on stderr, and return the exit code.

    Args:
        arguments: What stands behind `harness`; the process's own arguments by default.
    """
    try:
        return _run(arguments)
    except ReaderGone:
        return _reader_left()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:
        if os.environ.get("HARNESS_TRACEBACK"):
            raise
        complaint = told(error)
        click.echo(str(complaint), err=True)
        return complaint.exit_code


def _run(arguments: Sequence[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else list(arguments)
    settings = configuration.defaults(given)
    # Without arguments click takes those of the process and, on Windows, expands * in them.
    code = cli.main(
        None if arguments is None else given, prog_name="harness", standalone_mode=False, default_map=settings
    )
    return code if isinstance(code, int) else 0


def _reader_left() -> int:
    """End quietly: that the reader of our output went away (`| head`) is no error."""
    if sys.stdout is not None:
        # What Python still holds must not fail at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    return 0

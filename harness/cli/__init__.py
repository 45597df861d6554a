"""The command line: one file a command.

Machine output goes to stdout, progress and prose to stderr. Exit codes: 0 clean, 1 findings, 2 usage, 3 target
unreachable or harness fault, 4 unreadable input. No traceback reaches a user, unless HARNESS_TRACEBACK is set.
"""

from __future__ import annotations

import os
import sys

import click

from harness.cli.configuration import defaults
from harness.cli.group import LazyGroup
from harness.errors import HarnessError

COMMANDS = {
    "record": ("harness.cli.record", "Record what passes between a client and an upstream."),
    "replay": ("harness.cli.replay", "Serve recordings again, byte for byte, on a local port."),
    "cassette": ("harness.cli.cassette", "Look at, compare, check, mend and convert recordings."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="llm-stream-harness", prog_name="harness")
def cli() -> None:
    """Record any streaming LLM session exactly, replay it exactly, and judge it against the protocol."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        code = cli.main(standalone_mode=False, default_map=defaults())
    except HarnessError as error:
        code = _say(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is no error, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if os.environ.get("HARNESS_TRACEBACK"):
            raise
        code = _say(
            f"internal-error: {type(error).__name__}: {error}\n"
            "  hint      this is a defect of harness; HARNESS_TRACEBACK=1 shows where it happened",
            3,
        )
    sys.exit(code if isinstance(code, int) else 0)


def _say(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code

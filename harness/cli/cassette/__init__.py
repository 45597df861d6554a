"""`harness cassette`: look at, compare, check, mend and convert recordings."""

from __future__ import annotations

import click

from harness.cli.group import LazyGroup

COMMANDS = {
    "show": ("harness.cli.cassette.show", "Draw recordings so that a person sees what came when."),
    "diff": ("harness.cli.cassette.diff", "Compare two recordings as a reader sees them."),
    "verify": ("harness.cli.cassette.verify", "Check rows, seal, match keys, and that no secret is left."),
    "redact": ("harness.cli.cassette.redact", "Hide more in a cassette, and seal it anew."),
    "reseal": ("harness.cli.cassette.reseal", "Seal a cassette again, after a hand edit or with newer keys."),
    "recover": ("harness.cli.cassette.recover", "Save what a recorder left behind that died."),
    "import": ("harness.cli.cassette.import_", "Make a cassette of vcrpy YAML or JSON, HAR, or plain SSE."),
    "export": ("harness.cli.cassette.export", "Write a cassette in vcrpy's format."),
    "unpack": ("harness.cli.cassette.unpack", "Write each exchange as plain files."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def command() -> None:
    """Look at, compare, check, mend and convert recordings."""

"""`harness cassette unpack`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("recording")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="An empty folder.",
)
def command(recording: str, output: Path) -> int:
    """Write each exchange of RECORDING as plain files: the exact bodies, and the rest as JSON.

    The names of the files that were written go to stdout.
    """
    from harness.cli.command import note, standard_input
    from harness.jobs.convert import unpack
    from harness.jobs.looking import find_one

    path = find_one(recording)
    written = unpack(path, output, stdin=standard_input(path))
    for file in written:
        click.echo(str(file))
    note(f"unpacked {recording}: {len(written)} files")
    return 0

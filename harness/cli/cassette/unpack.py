"""`harness cassette unpack`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("cassette", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="An empty folder.")
def command(cassette: Path, output: Path) -> int:
    """Write each exchange of CASSETTE as plain files: the exact bodies, and the rest as JSON."""
    from harness.cli.command import note
    from harness.jobs.convert import unpack

    for path in unpack(cassette, output):
        click.echo(str(path))
    note(f"unpacked {cassette}")
    return 0

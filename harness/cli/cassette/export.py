"""`harness cassette export`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("recording")
@click.option(
    "--to", "form", type=click.Choice(["vcr"]), default="vcr", show_default=True, help="Which format."
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="PATH", help="Where to write."
)
@click.option("--overwrite", is_flag=True, help="Replace what lies there.")
def command(recording: str, form: str, output: Path, overwrite: bool) -> int:
    """Write RECORDING as vcrpy YAML, which vcrpy itself can replay.

    Refused where it holds what that format cannot: a stream that was cut, a request without an answer.
    """
    from harness.cli.command import note, standard_input
    from harness.jobs.convert import export_vcr
    from harness.jobs.looking import find_one

    path = find_one(recording)
    export_vcr(path, output, overwrite=overwrite, stdin=standard_input(path))
    note(f"{output}: written for {form}py")
    return 0

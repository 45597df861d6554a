"""`harness cassette export`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("cassette", type=click.Path(path_type=Path))
@click.option("--to", "form", type=click.Choice(["vcr"]), default="vcr", show_default=True, help="Which format.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--overwrite", is_flag=True, help="Replace what lies there.")
def command(cassette: Path, form: str, output: Path, overwrite: bool) -> int:
    """Write CASSETTE as vcrpy YAML, which vcrpy itself can replay.

    Refused where it holds what that format cannot: a stream that was cut, a request without an answer.
    """
    from harness.cli.command import note
    from harness.jobs.convert import export_vcr

    export_vcr(cassette, output, overwrite=overwrite)
    note(f"{output}: written for {form}py")
    return 0

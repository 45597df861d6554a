"""`harness cassette reseal`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("cassette", type=click.Path(path_type=Path))
@click.option("--synthetic", is_flag=True, help="It was edited by hand; its head says so from then on.")
def command(cassette: Path, synthetic: bool) -> int:
    """Seal CASSETTE again: match keys and hash are computed anew."""
    from harness.cli.command import note
    from harness.jobs.mend import reseal

    reseal(cassette, synthetic=synthetic)
    note(f"{cassette}: sealed" + (", marked as synthetic" if synthetic else ""))
    return 0

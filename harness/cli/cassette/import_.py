"""`harness cassette import`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="import")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write; beside the source by default.")
@click.option("--overwrite", is_flag=True, help="Replace what lies there.")
def command(sources: tuple[Path, ...], output: Path | None, overwrite: bool) -> int:
    """Make cassettes of SOURCES: vcrpy YAML or JSON, HAR, plain SSE or JSON bodies. Secrets are hidden on the way."""
    from harness.cli.command import note
    from harness.jobs.convert import import_recording

    if output is not None and len(sources) != 1:
        raise click.UsageError("-o goes with one file")
    for source in sources:
        path, cassette = import_recording(source, output, overwrite=overwrite)
        note(f"{path}: {len(cassette.exchanges)} exchanges")
    return 0

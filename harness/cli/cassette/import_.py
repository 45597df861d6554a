"""`harness cassette import`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="import")
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to write; beside the source by default.",
)
@click.option(
    "--request",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The request that a plain body answers: its body, or an object with method, url, headers, json.",
)
@click.option("--overwrite", is_flag=True, help="Replace what lies there.")
def command(sources: tuple[str, ...], output: Path | None, request: Path | None, overwrite: bool) -> int:
    """Make cassettes of SOURCES: vcrpy YAML or JSON, HAR, plain SSE or JSON bodies. Secrets are hidden on the way.

    A source may be a folder, which stands for all that vcrpy and HAR have in it and below, or - for standard input.
    """
    from harness.cli.command import note, read_once, standard_input
    from harness.cli.complaints import Complaints
    from harness.jobs.convert import import_recording, importable

    if output is not None and (len(sources) != 1 or Path(sources[0]).is_dir()):
        raise click.UsageError("-o goes with one file")
    read_once(sources)
    complaints = Complaints()
    found: list[str] = []
    for source in sources:
        with complaints.heard():
            found += importable(source)
    for source in found:
        with complaints.heard():
            path, cassette = import_recording(
                source, output, overwrite=overwrite, stdin=standard_input(source), request=request
            )
            count = len(cassette.exchanges)
            note(f"{path}: {count} exchange{'' if count == 1 else 's'}")
    return complaints.code

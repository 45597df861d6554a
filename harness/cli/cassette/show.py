"""`harness cassette show`."""

from __future__ import annotations

import click


@click.command()
@click.argument("recordings", nargs=-1, required=True)
@click.option(
    "--exchange", type=click.IntRange(min=0), metavar="N", help="Only this exchange, counted from 0."
)
@click.option(
    "--events", type=click.IntRange(min=0), metavar="N", help="At most so many events of each stream."
)
@click.option(
    "--width",
    type=click.IntRange(min=40),
    metavar="N",
    help="Longest line; by default as wide as the terminal, and 100 elsewhere.",
)
@click.option("--raw", is_flag=True, help="Show the bytes of each event instead of what it says.")
def command(
    recordings: tuple[str, ...], exchange: int | None, events: int | None, width: int | None, raw: bool
) -> int:
    """Draw RECORDINGS: each request, a line an event with its time, the gaps, and how it ended.

    RECORDINGS are files, folders, names of shipped recordings, or - for standard input: cassettes, vcrpy YAML or JSON,
    HAR, plain SSE.
    """
    from harness.cassettes.drawing import draw
    from harness.cli import colour
    from harness.cli.command import read_once, standard_input
    from harness.cli.complaints import Complaints
    from harness.jobs.looking import find, only, read

    read_once(recordings)
    complaints = Complaints()
    painted = colour.painter(colour.drawing)
    columns = width or colour.width()
    first = True
    for name in recordings:
        with complaints.heard():
            for path in find([name]):
                with complaints.heard():
                    cassette = read(path, standard_input(path))
                    if exchange is not None:
                        cassette = only(cassette, exchange)
                    if not first:
                        click.echo()
                    first = False
                    for line in draw(cassette, width=columns, max_events=events, raw=raw):
                        click.echo(painted(line), color=None if painted is str else True)
    return complaints.code

"""`harness cassette diff`."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("left")
@click.argument("right")
@click.option("--strict", is_flag=True, help="Compare every byte, chunk boundary, header field and id, too.")
@click.option("--times", is_flag=True, help="Compare the times, too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What goes to stdout: text for people, or JSON for programs.",
)
@click.option(
    "--width",
    type=click.IntRange(min=40),
    metavar="N",
    help="Longest line; by default as wide as the terminal, and 100 elsewhere.",
)
def command(left: str, right: str, strict: bool, times: bool, form: str, width: int | None) -> int:
    """Compare two recordings as a reader of the conversation sees them. Exits with 0 where they are equal, else with 1.

    Ids count by where they stand only; times, chunk boundaries, padding (obfuscation) and most header fields do not
    count unless an option says so. Either side may be in any format that can be read, or - for standard input.
    """
    from harness.cassettes.difference import differences
    from harness.cassettes.difference_text import difference_lines
    from harness.cli import colour
    from harness.cli.command import note, read_once, standard_input
    from harness.cli.complaints import Complaints
    from harness.jobs.looking import find_one, read

    read_once((left, right))
    complaints = Complaints()
    sides = []
    for name in (left, right):
        with complaints.heard():
            path = find_one(name)
            sides.append(read(path, standard_input(path)))
    if len(sides) != 2:
        return complaints.code
    found = differences(sides[0], sides[1], strict=strict, times=times)
    if form == "json":
        document = {
            "left": left,
            "right": right,
            "equal": not found,
            "differences": [difference._asdict() for difference in found],
        }
        click.echo(json.dumps(document, indent=2))
    elif found:
        painted = colour.painter(colour.difference)
        for line in difference_lines(found, left=left, right=right, width=width or colour.width()):
            click.echo(painted(line), color=None if painted is str else True)
    else:
        note("no difference")
    return 1 if found else 0

"""`harness cassette recover`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to write; the name without .part by default.",
)
def command(parts: tuple[Path, ...], output: Path | None) -> int:
    """Seal what a recorder left behind that died: PARTS are files named *.part.

    Exchanges that were under way end with recorder_crash. With -o, what is left of a cassette that lost its end is
    saved, too.
    """
    from harness.cli.command import note
    from harness.cli.complaints import Complaints
    from harness.jobs.mend import recover_part

    if output is not None and len(parts) != 1:
        raise click.UsageError("-o goes with one file")
    complaints = Complaints()
    for part in parts:
        with complaints.heard():
            saved = recover_part(part, output)
            torn = f", {saved.torn} bytes of a torn last row dropped" if saved.torn else ""
            whole = f"{saved.whole} exchange{'' if saved.whole == 1 else 's'} whole"
            note(f"{saved.path}: {whole}, {saved.open} cut short by the crash{torn}")
            if saved.open and not saved.whole:
                note(
                    "no exchange is whole, so a replay of it is the crash: delete it to record anew, or rewrite it"
                    " (pytest --harness-record-mode=rewrite)"
                )
    return complaints.code

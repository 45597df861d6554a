"""`harness report`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from harness.cli.reports import print_report, refuse_unwritable, wanted, write_files
from harness.errors import InputError


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="RESULT.json ...", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="What goes to stdout (text), or to a file: json, junit, sarif, markdown, html and others; may be repeated.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the merged result and its HTML go; the recordings stay where they are.",
)
@click.option("--redact-content", is_flag=True, help="Blank prompts and answers in the HTML.")
def command(paths: tuple[Path, ...], forms: tuple[str, ...], out: Path | None, redact_content: bool) -> int:
    """Make reports of what `harness conform` has written: result.json, or the folder that it lies in.

    Several results become one matrix. Of two runs of one target the later is shown, with what is fixed, new and still
    failing since the earlier.

    Exits with 4 where a file is no result.
    """
    from harness.cli.command import note
    from harness.conforming.files import RESULT, write_report, write_result
    from harness.io.recordings import read_bytes
    from harness.results.merging import merged
    from harness.results.reading import read_result

    formats = wanted(forms)
    refuse_unwritable(formats, out)
    files = [_file(path, RESULT) for path in paths]
    results = [read_result(read_bytes(path), where=str(path)) for path in files]
    folder = out or Path.cwd()
    # As it will lie there: so that the merged result finds the recordings of each.
    folders = [Path(os.path.relpath(path.parent, folder)).as_posix() for path in files]
    result = merged(results, folders=["" if one == "." else one for one in folders])
    write_files(result, formats, beside=folder, redact_content=redact_content)
    report = None
    if out is not None:
        write_result(result, out)
        report = write_report(result, out, redact_content=redact_content)
    print_report(result, formats)
    if report is not None:
        note(f"the report for reading is {report}")
    return 0


def _file(path: Path, name: str) -> Path:
    """The result itself, where a folder was named."""
    if not path.is_dir():
        return path
    if not (path / name).exists():
        raise InputError(
            "there is no result in this folder",
            where=str(path),
            expected=f"{name}, which `harness conform` writes",
            hint="name the folder that was its --output, or the file",
        )
    return path / name

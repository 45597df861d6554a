"""`harness cassette redact`."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.hiding import hiding_options


@click.command()
@click.argument("cassette", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write; in place by default.")
@hiding_options
def command(
    cassette: Path,
    output: Path | None,
    patterns: tuple[str, ...],
    headers: tuple[str, ...],
    variables: tuple[str, ...],
) -> int:
    """Hide more in CASSETTE, at the same length, and seal it anew.

    The rules of this release and the secrets of this environment are applied again, too.
    """
    from harness.cli.command import note
    from harness.jobs.mend import redact_more

    count = redact_more(cassette, output, patterns=patterns, headers=headers, variables=variables)
    note(f"{output or cassette}: {count} more place{'' if count == 1 else 's'} hidden")
    return 0

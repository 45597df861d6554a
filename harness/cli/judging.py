"""The options about what is judged by, the same in all commands that judge."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from harness.bundled import spec_names

# The names of the files and not `profile_names`: the help text must not wait for what can read a profile.
*_FIRST, _LAST = spec_names("profiles", ".toml")

profile_option: Final = click.option(
    "--profile",
    default="openai",
    show_default=True,
    metavar="NAME",
    help=f"Which rules hold and how bad a breach is: {', '.join(_FIRST)} or {_LAST}; see docs/checking.md.",
)
ruleset_option: Final = click.option(
    "--ruleset",
    metavar="DATE",
    help="Judge by the rules and severities of that date; newer rules are shown and not counted.",
)
strict_option: Final = click.option("--strict", is_flag=True, help="A warning fails, too.")
baseline_option: Final = click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Findings that are known and accepted, as TOML.",
)
update_baseline_option: Final = click.option(
    "--update-baseline", is_flag=True, help="Write what is found to the baseline, and keep its reasons."
)

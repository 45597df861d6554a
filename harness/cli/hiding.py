"""The options that say what else is a secret, the same for all commands that hide any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def hiding_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `patterns`, `headers` and `variables`: `--pattern`, `--header` and `--env`, any number of each."""
    options = (
        click.option("--pattern", "patterns", multiple=True, metavar="REGEX", help="Hide what matches."),
        click.option(
            "--header",
            "headers",
            multiple=True,
            metavar="NAME",
            help="Hide the values of this header field.",
        ),
        click.option(
            "--env",
            "variables",
            multiple=True,
            metavar="NAME",
            help="Hide the value of this environment variable.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function

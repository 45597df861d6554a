"""Options that take a time in seconds, the same in all commands."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def seconds_option(
    name: str, default: float, told: str, *, zero: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option for a time.

    Args:
        name: With its dashes.
        default: Seconds where it is not given.
        told: Its help text.
        zero: 0 can be given, too, and means that there is no limit; the help text says so.
    """

    def finite(context: click.Context, option: click.Parameter, value: float) -> float:
        del context
        if not isfinite(value):
            raise click.BadParameter(f"{value} is no time in seconds", param=option)
        return value

    return click.option(
        name,
        callback=finite,
        type=click.FloatRange(min=0, min_open=not zero),
        default=default,
        show_default=True,
        metavar="SECONDS",
        help=told,
    )

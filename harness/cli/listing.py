"""What `harness conform --list` prints."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.scenarios.scenario import Scenario


def listed(chosen: Iterable[Scenario], of_models: Iterable[Scenario]) -> None:
    """Print scenarios by capability, then those for model servers, then all targets."""
    from harness.targets.registry import targets

    sections = [(name, list(some)) for name, some in groupby(chosen, key=lambda one: one.capability)]
    for name, some in (*sections, ("for model servers, whose answers are their own", list(of_models))):
        if some:
            click.echo(name)
        for one in some:
            click.echo(f"  {one.name:<36}  {one.title}")
    click.echo("targets")
    for target in targets():
        click.echo(f"  {target.name:<36}  {target.title}")

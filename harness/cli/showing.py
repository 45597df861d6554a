"""A command line as a report may show it."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from click.core import ParameterSource

from harness.jobs.live import shown

if TYPE_CHECKING:
    import click


def shown_options(context: click.Context, *, only: frozenset[str] | None = None) -> str:
    """The options that were given; what stands in a header is left out, as it may be a key, and so are folders.

    Args:
        context: Of the command.
        only: Names of the parameters that are shown; None is all.
    """
    words: list[str] = []
    for option in context.command.params:
        name = str(option.name)
        source = context.get_parameter_source(name)
        if source in {ParameterSource.DEFAULT, None} or (only is not None and name not in only):
            continue
        values = context.params[name]
        for value in values if isinstance(values, tuple) else (values,):
            if value is True:
                words.append(option.opts[-1])
                continue
            text = value.name if isinstance(value, Path) else str(value)
            if name in {"base_url", "wait_for"}:
                text = shown(text)
            elif name == "headers":
                text = f"{text.partition(':')[0]}: $VALUE"
            words += [option.opts[-1], quote(text)]
    return " ".join(words)

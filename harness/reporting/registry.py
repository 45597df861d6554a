"""All formats there are: the registry walks this package, and every subclass of `Format` with a name is one."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import harness.reporting
from harness.errors import UnknownName
from harness.reporting.format import Format

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def formats() -> Mapping[str, type[Format]]:
    """Every format by its name, in alphabetical order."""
    found: dict[str, type[Format]] = {}
    for info in pkgutil.iter_modules(harness.reporting.__path__, f"{harness.reporting.__name__}."):
        for value in vars(import_module(info.name)).values():
            if (
                isinstance(value, type)
                and issubclass(value, Format)
                and "name" in vars(value)
                and value.__module__ == info.name
            ):
                found[value.name] = value
    return {name: found[name] for name in sorted(found)}


def format_named(name: str) -> type[Format]:
    """The format of that name.

    Raises:
        UnknownName: There is none.
    """
    if name not in formats():
        raise UnknownName("format", name, formats())
    return formats()[name]

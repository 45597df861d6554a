"""All formats of conformance reports: the registry walks this package, and every module with a `FORMAT` has one."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import harness.reporting.conform
from harness.errors import UnknownName
from harness.reporting.conform.format import ConformFormat

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def conform_formats() -> Mapping[str, ConformFormat]:
    """Every format by its name, in alphabetical order."""
    found: dict[str, ConformFormat] = {}
    for info in pkgutil.iter_modules(
        harness.reporting.conform.__path__, f"{harness.reporting.conform.__name__}."
    ):
        value = getattr(import_module(info.name), "FORMAT", None)
        if isinstance(value, ConformFormat):
            found[value.name] = value
    return {name: found[name] for name in sorted(found)}


def conform_format_named(name: str) -> ConformFormat:
    """The format of that name.

    Raises:
        UnknownName: There is none.
    """
    if name not in conform_formats():
        raise UnknownName("format", name, conform_formats())
    return conform_formats()[name]

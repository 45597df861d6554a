"""The dialects by name, each imported when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from harness.errors import UnknownName

if TYPE_CHECKING:
    from harness.dialects.dialect import Dialect

NAMES = ("chat", "responses", "anthropic", "gemini")
"""The names of all dialects; where two could be meant, the first is."""


@cache
def dialect(name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        UnknownName: There is none.
    """
    if name not in NAMES:
        raise UnknownName("dialect", name, NAMES)
    found: Dialect = import_module(f"harness.dialects.{name}").DIALECT
    return found


def dialects() -> tuple[Dialect, ...]:
    """All dialects, in the order of `NAMES`."""
    return tuple(dialect(name) for name in NAMES)

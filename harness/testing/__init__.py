"""What the pytest plugin is made of, and what tests may call of it.

Public here is what `__all__` lists; everything else may move between releases. Names are imported when they are first
used, so that loading the plugin costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.testing.asserting import assert_conforms
    from harness.testing.bodies import faulted, rechunked

__all__ = ["assert_conforms", "faulted", "rechunked"]

_HOMES = {
    "assert_conforms": "harness.testing.asserting",
    "faulted": "harness.testing.bodies",
    "rechunked": "harness.testing.bodies",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__doc__"})

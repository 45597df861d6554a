"""Doing something with a module as soon as somebody imports it, and importing nothing oneself.

A test whose SDK stands on httpx2 need not wait for httpx to be loaded, and the other way round.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def on_import(name: str, do: Callable[[ModuleType], None], until: ExitStack) -> None:
    """Call a function with a module: now if it is loaded, else when it is, until the end of a stack.

    Args:
        name: The module; one at the top, without dots.
        do: What is called, once.
        until: Its end is the end of waiting.
    """
    module = sys.modules.get(name)
    if module is not None:
        do(module)
        return
    finder = _Finder(name, do)
    sys.meta_path.insert(0, finder)
    until.callback(finder.leave)


class _Finder(MetaPathFinder):
    """Finds nothing itself: it lets the others find the module, and adds to what happens when it is executed."""

    def __init__(self, name: str, do: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._do = do
        self._is_over = False

    def leave(self) -> None:
        """Wait no longer."""
        self._is_over = True
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        for finder in tuple(sys.meta_path):
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                self._add(spec)
                return spec
        return None

    def _add(self, spec: ModuleSpec) -> None:
        loader: Any = spec.loader
        own = getattr(loader, "exec_module", None)
        if own is None:
            return

        def exec_module(module: ModuleType) -> None:
            own(module)
            if not self._is_over:
                self._do(module)

        loader.exec_module = exec_module

"""All scenarios: every module in the chapters of this package that has a `SCENARIO`."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

import harness.scenarios
from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.scenarios.scenario import Scenario

_NOT_CHAPTERS: Final = frozenset({"voices"})


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Every scenario, by chapter and then by name."""
    found: list[Scenario] = []
    for chapter in pkgutil.iter_modules(harness.scenarios.__path__, f"{harness.scenarios.__name__}."):
        if not chapter.ispkg or chapter.name.rpartition(".")[2] in _NOT_CHAPTERS:
            continue
        package = import_module(chapter.name)
        for module in pkgutil.iter_modules(package.__path__, f"{chapter.name}."):
            found.append(import_module(module.name).SCENARIO)  # noqa: PERF401 - plainer
    return tuple(found)


def scenario(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        UnknownName: There is none.
    """
    for one in scenarios():
        if one.name == name:
            return one
    raise UnknownName("scenario", name, [one.name for one in scenarios()])


def chosen(names: Iterable[str]) -> tuple[Scenario, ...]:
    """The scenarios of these names, in their own order; of none, all.

    Raises:
        UnknownName: There is none of such a name.
    """
    wanted = {scenario(name).name for name in names}
    return tuple(one for one in scenarios() if not wanted or one.name in wanted)

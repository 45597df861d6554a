"""Which scenarios and targets are meant by names and patterns."""

from __future__ import annotations

from fnmatch import fnmatchcase
from glob import has_magic
from typing import TYPE_CHECKING

from harness.errors import UnknownName
from harness.scenarios.registry import scenarios
from harness.targets.registry import own_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.scenarios.scenario import Scenario


def matching(some: Iterable[Scenario], patterns: Sequence[str]) -> tuple[Scenario, ...]:
    """Those of some scenarios whose name, or whose capability, one of the patterns is; of no patterns, all."""
    return tuple(one for one in some if not patterns or any(_is_meant(one, each) for each in patterns))


def _is_meant(one: Scenario, pattern: str) -> bool:
    return fnmatchcase(one.name, pattern) or one.capability == pattern


def chosen_scenarios(patterns: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios that names, patterns with `*`, and capabilities such as `tools` stand for, in their own order.

    Names of scenarios that targets bring with them are known, and none of these.

    Raises:
        UnknownName: One of them stands for none.
    """
    known = (*scenarios(), *own_scenarios()) if patterns else ()
    for pattern in patterns:
        if not matching(known, [pattern]):
            raise UnknownName(
                "scenario",
                pattern,
                [*(one.name for one in known), *dict.fromkeys(one.capability for one in known)],
                where="--scenario",
                hint="`harness conform --list` lists them"
                if not has_magic(pattern)
                else "no name is like this pattern: `harness conform --list` lists them",
            )
    return matching(scenarios(), patterns)

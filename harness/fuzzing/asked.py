"""What is asked of a hunt, looked at before anything is started: a hunt for nothing would come out clean."""

from __future__ import annotations

from fnmatch import filter as matching
from math import isfinite
from typing import TYPE_CHECKING

from harness.errors import UnknownName, UsageError
from harness.fuzzing.arena import CRASHED, HUNG
from harness.rules.registry import rules
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.conforming.targeting import Given

_MODES = ("stream", "whole")


def known_rules(patterns: Iterable[str], where: str) -> None:
    """Look at patterns of rules.

    Raises:
        UnknownName: One meets no rule.
    """
    names = [*rules(), HUNG, CRASHED]
    for pattern in patterns:
        if not matching(names, pattern):
            raise UnknownName("rule", pattern, names, where=where, hint="docs/rules.md has all of them")


def known_modes(modes: Iterable[str]) -> None:
    """Look at modes.

    Raises:
        UnknownName: One is none.
    """
    for mode in modes:
        if mode not in _MODES:
            raise UnknownName("mode", mode, _MODES, where="--mode")


def known_routes(patterns: Iterable[str], given: Given) -> None:
    """Look at patterns of routes through a gateway at an address: which it has is known before it is reached.

    Raises:
        UnknownName: One meets none.
    """
    if given.base_url is None:
        return
    models = given.models if len(given.models) > 1 else ()
    names = [
        f"{dialect} {model.replace('/', ':')}".rstrip()
        for dialect in given.inbound or INBOUND
        for model in models or ("",)
    ]
    for pattern in patterns:
        if not matching(names, pattern):
            raise UnknownName(
                "route",
                pattern,
                names,
                where="--route",
                hint="of a gateway at --base-url it is known what it is asked in, and not what it asks",
            )


def numbers(least: int, **given: float | None) -> None:
    """Look at numbers and times, by the names of their options; None is not given.

    Args:
        least: What they are at the least; 0 of times, where 0 is none.
        given: Options with `_` for `-`.

    Raises:
        UsageError: One is less, or no number at all.
    """
    for name, value in given.items():
        if value is not None and not (isfinite(value) and value >= least):
            raise UsageError(
                f"{value} cannot be meant",
                where="--" + name.replace("_", "-"),
                expected=f"a number of {least} or more",
            )

"""The arguments of strategies, looked at when they are given and not when something is drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GEMINI = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
MOST_BLOCKS = 64
"""Beyond that hypothesis gives up before an example is whole."""


def whole(strategy: str, name: str, value: object, least: int, most: int) -> int:
    """A whole number within bounds.

    Raises:
        UsageError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UsageError(
            f"{strategy}() cannot be made with {name}={value!r}",
            expected=f"a whole number from {least} to {most}",
            found=repr(value),
            hint=f"for example {strategy}({name}={max(least, min(2, most))})",
        )
    return value


def flag(strategy: str, name: str, value: object, *, may_be_none: bool = False) -> bool | None:
    """True or False, or None where both may come.

    Raises:
        UsageError: It is neither.
    """
    if not (isinstance(value, bool) or (may_be_none and value is None)):
        raise UsageError(
            f"{strategy}() cannot be made with {name}={value!r}",
            expected="True (always), False (never) or None (both)" if may_be_none else "True or False",
            found=repr(value),
        )
    return value


def flags(strategy: str, plain: Mapping[str, object], either: Mapping[str, object] | None = None) -> None:
    """Several arguments that are True or False, and several that may be None as well.

    Raises:
        UsageError: One is something else.
    """
    for name, value in plain.items():
        flag(strategy, name, value)
    for name, value in (either or {}).items():
        flag(strategy, name, value, may_be_none=True)


def tools_of(strategy: str, tools: object, custom_tools: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of functions and of custom tools, none of which is both.

    Raises:
        UsageError: They are no names, or one comes twice.
    """
    functions, customs = names(strategy, "tools", tools), names(strategy, "custom_tools", custom_tools)
    names(strategy, "tools", [*functions, *customs])
    return functions, customs


def names(strategy: str, name: str, value: object) -> tuple[str, ...]:
    """Names of tools.

    Raises:
        UsageError: They are no names, or one comes twice.
    """
    found = tuple(value) if isinstance(value, list | tuple | set | frozenset) else None
    if found is None or not all(isinstance(one, str) and one for one in found):
        raise UsageError(
            f"{strategy}() cannot be made with {name}={value!r}",
            expected="names of tools: a list or tuple of texts, () for none",
            found=repr(value),
            hint=f'for example {strategy}({name}=("get_weather",))',
        )
    allowed = _GEMINI if strategy.startswith("gemini") else _NAME
    for one in found:
        if allowed.fullmatch(one) is None:
            raise UsageError(
                f"{strategy}() cannot be made with {name}={value!r}",
                expected="names that the API takes: up to 64 letters, digits, underscores and dashes",
                found=repr(one),
            )
    if len(set(found)) != len(found):
        raise UsageError(
            f"{strategy}() cannot be made with {name}={value!r}",
            expected="names that differ: no server could tell the tools apart",
            found=repr(value),
        )
    return found


def finishes(strategy: str, value: object, known: Iterable[str]) -> frozenset[str]:
    """The ways in which a stream may end; None is all that are known.

    Raises:
        UnknownName: One is not known.
        UsageError: None is left.
    """
    everything = tuple(known)
    if value is None:
        return frozenset(everything)
    if isinstance(value, str) or not isinstance(value, list | tuple | set | frozenset) or not value:
        raise UsageError(
            f"{strategy}() cannot be made with finish={value!r}",
            expected=f"some of {', '.join(everything)}",
            found=repr(value),
            hint=f'for example {strategy}(finish=("{everything[0]}",))',
        )
    for one in value:
        if one not in everything:
            raise UnknownName("finish reason", str(one), everything)
    return frozenset(value)


def without_errors(strategy: str, ends: frozenset[str], errors: Collection[str]) -> frozenset[str]:
    """The ways in which a stream may end where it may not fail.

    Raises:
        UsageError: None is left.
    """
    left = ends - set(errors)
    if not left:
        raise needs(strategy, f"finish={tuple(sorted(ends))}", "errors", "leave out errors=False")
    return left


def needs(strategy: str, asked: str, missing: str, hint: str) -> UsageError:
    """An error: what was asked for cannot come without something that was excluded."""
    return UsageError(f"{strategy}() has no example: {asked} without {missing}", hint=hint)


def only(chosen: Collection[str], *, among: Collection[str]) -> bool:
    """Whether nothing but some of these was chosen."""
    return bool(chosen) and not set(chosen) - set(among)

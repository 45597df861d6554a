"""What JSON text can say twice, and what is left of a payload without its wrong members."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from harness.jsonvalue import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.dialects.schema import Problem
    from harness.dialects.signal import Body


def respelled(data: bytes, value: object, encode: Callable[[object], bytes]) -> bool:
    """Whether the text says something that its value does not, as far as can be told without parsing it anew.

    Most servers differ from a compact encoding by spaces only: those are taken out first.
    """
    try:
        return encode(value) != msgspec.json.format(data, indent=-1)
    except (ValueError, RecursionError):
        return True


_Tree: TypeAlias = "dict[str, _Tree | None]"
"""Where a payload is wrong: None stands for a member that is to go."""


class _Twice(dict[str, Any]):
    """An object in which a key came twice; `key` is the first such key."""

    key = ""


def first_duplicate(data: bytes) -> str | None:
    """JSON pointer of the first member whose key its object has had before; None where there is none.

    Raises nothing: text that is no JSON, or is nested more deeply than can be followed, has no members.
    """
    if b'"' not in data:
        return None
    try:
        return _find(json.loads(data, object_pairs_hook=_pairs), "")
    except (ValueError, RecursionError):
        return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    twice = _Twice(value)
    twice.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return twice


def _find(value: Any, pointer: str) -> str | None:
    if isinstance(value, _Twice):
        return f"{pointer}/{escape(value.key)}"
    children: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        if (
            isinstance(child, dict | list)
            and (found := _find(child, f"{pointer}/{escape(str(key))}")) is not None
        ):
            return found
    return None


def scrubbed(body: Body, problems: Iterable[Problem]) -> Body:
    """A copy of a payload without the members that do not fit: each is right or absent.

    Array elements that do not fit are left out as well. What holds nothing wrong is shared with the payload,
    not copied. Nothing raises, whatever the pointers are.
    """
    wrong: _Tree = {}
    for problem in problems:
        if problem.keyword == "required":
            continue
        if not problem.pointer:
            return {}
        _plant(wrong, problem.pointer)
    copy = dict(body)
    open_ends: list[tuple[Any, _Tree]] = [(copy, wrong)]
    while open_ends:
        value, tree = open_ends.pop()
        gone = []
        for token, below in tree.items():
            key = _key(value, token)
            if key is None:
                continue
            if below is None:
                gone.append(key)
            elif isinstance(value[key], dict | list):
                value[key] = value[key].copy()
                open_ends.append((value[key], below))
        for key in sorted(gone, reverse=True):
            del value[key]
    return copy


def _plant(wrong: _Tree, pointer: str) -> None:
    *parents, last = (token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    here = wrong
    for token in parents:
        below = here.setdefault(token, {})
        if below is None:
            return  # what holds it goes as a whole
        here = below
    here[last] = None


def _key(value: Any, token: str) -> Any:
    """What the token of a pointer names in an object or array; None where it names nothing."""
    if isinstance(value, dict):
        return token if token in value else None
    if token.isascii() and token.isdigit() and len(token) < 10 and int(token) < len(value):
        return int(token)
    return None


def holds_replacement(value: object) -> bool:
    """Whether a text in a payload holds U+FFFD.

    Log probabilities do not count: a token may be a part of a character, and its `bytes` say which.
    """
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            if "\ufffd" in one:
                return True
        elif isinstance(one, dict):
            rest += [child for key, child in one.items() if key not in {"logprobs", "top_logprobs"}]
        elif isinstance(one, list):
            rest += one
    return False

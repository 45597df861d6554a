"""What JSON text can say twice, and what is left of a payload without its wrong members."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
    return encode(value) != msgspec.json.format(data, indent=-1)


class _Twice(dict[str, Any]):
    """An object in which a key came twice; `key` is the first such key."""

    key = ""


def first_duplicate(data: bytes) -> str | None:
    """JSON pointer of the first member whose key its object has had before; None where there is none.

    Raises nothing: text that is no JSON has no members.
    """
    if b'"' not in data:
        return None
    try:
        value = json.loads(data, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        return None
    return _find(value, "")


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

    Array elements that do not fit are left out as well, from the last to the first.
    """
    copy = json.loads(json.dumps(body))
    for problem in sorted(
        (one for one in problems if one.keyword != "required"), key=_last_first, reverse=True
    ):
        _remove(copy, problem.pointer)
    cleaned: Body = copy if isinstance(copy, dict) else {}
    return cleaned


def _last_first(problem: Problem) -> tuple[tuple[int, str], ...]:
    return tuple((int(token), "") if token.isdigit() else (-1, token) for token in problem.pointer.split("/"))


def _remove(value: Any, pointer: str) -> None:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    if not tokens:
        if isinstance(value, dict):
            value.clear()
        return
    for token in tokens[:-1]:
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return
    last = tokens[-1]
    if isinstance(value, dict):
        value.pop(last, None)
    elif isinstance(value, list) and last.isdigit() and int(last) < len(value):
        del value[int(last)]

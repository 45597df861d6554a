"""JSON values: reading them, writing them canonically, pointing into them, and telling two apart.

Reading is msgspec's: it rejects NaN and lone surrogates and keeps big integers, where `json` accepts the
first two and orjson loses the third. A body that is no JSON is no error: callers compare it as bytes.
"""

from __future__ import annotations

import json
from enum import Enum
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

MISSING = "(missing)"


class _Missing(Enum):
    """A marker that no JSON value can be."""

    MISSING = "missing"


_MISSING = _Missing.MISSING


class Difference(NamedTuple):
    """The first place at which two JSON values differ.

    `pointer` is an RFC 6901 JSON pointer ("" is the whole value); `expected` and `found` are compact JSON of
    the two values there, or `(missing)`.
    """

    pointer: str
    expected: str
    found: str


def parse(data: bytes | str) -> JsonValue:
    """Decode one JSON text.

    Raises:
        ValueError: It is not JSON (msgspec's message says at which byte).
    """
    return _decoder()(data)


@cache
def _decoder() -> Callable[[bytes | str], JsonValue]:
    import msgspec  # noqa: PLC0415 - it costs 40 ms, and much can be shown without reading JSON

    return msgspec.json.Decoder().decode


def try_parse(data: bytes | str) -> tuple[bool, JsonValue]:
    """Decode one JSON text; `(False, None)` where it is not JSON."""
    try:
        return True, parse(data)
    except (ValueError, RecursionError):
        return False, None


def compact(value: JsonValue) -> str:
    """Write a value on one line without spaces, keys in the order they have, non-ASCII as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical(value: JsonValue) -> bytes:
    """Write a value so that equal values give equal bytes: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return text.encode()


def kind_of(value: object) -> str:
    """What JSON calls a value of that kind, with its article; whatever is none of JSON's is "an object" as well."""
    kinds = {type(None): "null", bool: "a boolean", str: "a string", list: "an array"}
    return kinds.get(type(value), "a number" if isinstance(value, int | float) else "an object")


def escape(token: str) -> str:
    """Escape one reference token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")


def first_difference(expected: JsonValue, found: JsonValue, pointer: str = "") -> Difference | None:
    """Find the first place, in the order of `expected`, at which two values differ.

    Numbers are compared by value (1 equals 1.0), but a bool is never a number. Equal values give None.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = list(expected) + [key for key in found if key not in expected]
        pairs: list[tuple[str, JsonValue | _Missing, JsonValue | _Missing]] = [
            (f"{pointer}/{escape(key)}", expected.get(key, _MISSING), found.get(key, _MISSING))
            for key in keys
        ]
    elif isinstance(expected, list) and isinstance(found, list):
        pairs = [
            (f"{pointer}/{index}", left, right)
            for index, (left, right) in enumerate(zip_longest(expected, found, fillvalue=_MISSING))
        ]
    elif isinstance(expected, bool) == isinstance(found, bool) and expected == found:
        return None
    else:
        return Difference(pointer, compact(expected), compact(found))
    for here, left, right in pairs:
        if isinstance(left, _Missing) or isinstance(right, _Missing):
            return Difference(here, _text(left), _text(right))
        if difference := first_difference(left, right, here):
            return difference
    return None


def _text(value: JsonValue | _Missing) -> str:
    return MISSING if isinstance(value, _Missing) else compact(value)

"""Whether a JSON value is what a `TypedDict` of an SDK says, with no member beside those that it knows."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import typing_extensions


def misfit(value: Any, kind: Any, at: str = "") -> str | None:
    """Where the value first differs from the type, and how; None where it fits.

    Args:
        value: JSON as Python has it.
        kind: A type as it is written in annotations.
        at: Where the value stands, for the message.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {typing_extensions.Required, typing_extensions.NotRequired, typing_extensions.Annotated}:
        told = misfit(value, inner[0], at)
    elif typing_extensions.is_typeddict(kind):
        told = _object(value, kind, at)
    elif origin in {Union, types.UnionType}:
        misfits = [misfit(value, one, at) for one in inner]
        # The longest way that a member of the union was followed says most.
        told = None if None in misfits else max((one for one in misfits if one), key=len)
    elif origin in {Literal, typing_extensions.Literal}:
        told = None if value in inner else f"{at}: {value!r} is not among {inner}"
    elif origin in {dict, Mapping}:
        told = None if isinstance(value, dict) else f"{at}: no object"
    elif isinstance(origin, type):
        told = _array(value, inner, at)
    else:
        told = _plain(value, kind, at)
    return told


def _plain(value: Any, kind: Any, at: str) -> str | None:
    if kind in {Any, object}:
        return None
    wanted = type(None) if kind is None else (int, float) if kind is float else kind
    is_number = kind in {int, float} and isinstance(value, bool)
    return None if isinstance(value, wanted) and not is_number else f"{at}: no {kind}"


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _object(value: Any, kind: Any, at: str) -> str | None:
    if not isinstance(value, dict):
        return f"{at}: no object"
    hints = _hints(kind)
    unknown = [name for name in value if name not in hints]
    if unknown:
        return f"{at}: {kind.__name__} has no {unknown}"
    # Under postponed annotations the class itself does not know which of its members are required.
    missing = [
        name
        for name, hint in hints.items()
        if get_origin(hint) is typing_extensions.Required and name not in value
    ]
    if missing:
        return f"{at}: {kind.__name__} needs {missing}"
    told = (misfit(one, hints[name], f"{at}/{name}") for name, one in value.items())
    return next((one for one in told if one is not None), None)


def _array(value: Any, kinds: tuple[Any, ...], at: str) -> str | None:
    if isinstance(value, str) or not isinstance(value, Iterable) or isinstance(value, dict):
        return f"{at}: no array"
    told = (misfit(one, kinds[0], f"{at}/{index}") for index, one in enumerate(value))
    return next((one for one in told if one is not None), None)

"""Arguments of a call that come in pieces, each with the path of its place (`partialArgs`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STEP = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]""")
LARGEST_INDEX = 10_000
"""Elements of an array beyond which a piece is passed over."""
_VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")


def put_pieces(args: dict[str, Any], pieces: Iterable[Any]) -> None:
    """Put pieces where their paths say; a string is continued, every other value replaced.

    Pieces whose path cannot be followed are passed over: the arguments then lack them, which is what a client sees.
    """
    for piece in pieces:
        if isinstance(piece, dict):
            _put(args, str(piece.get("jsonPath") or ""), piece)


def steps_of(path: str) -> list[str | int]:
    """The names and indexes that a path such as `$.items[0].name` leads through."""
    return [
        int(found[2][:9]) if found[2] is not None else found[1] or found[3] or found[4] or ""
        for found in _STEP.finditer(path)
    ]


def value_of(piece: Mapping[str, Any]) -> tuple[bool, Any]:
    """Whether a piece has a value, and the value: a text, a number, true, false or null, and nothing else."""
    name = next((name for name in _VALUES if isinstance(piece.get(name), str | int | float)), None)
    return name is not None, None if name is None or name == "nullValue" else piece[name]


def _put(args: dict[str, Any], path: str, piece: dict[str, Any]) -> None:
    steps = steps_of(path)
    has_value, value = value_of(piece)
    if not steps or not has_value:
        return
    place: Any = args
    step: Any
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        last = following is None
        default: Any = None if last else [] if isinstance(following, int) else {}
        if isinstance(place, list) and isinstance(step, int) and step <= LARGEST_INDEX:
            place.extend(None for _ in range(step + 1 - len(place)))
        elif not (isinstance(place, dict) and isinstance(step, str)):
            return
        held = place[step] if isinstance(place, list) else place.get(step)
        if last:
            place[step] = held + value if isinstance(held, str) and isinstance(value, str) else value
        else:
            if held is None:
                place[step] = held = default
            place = held

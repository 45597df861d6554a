"""Where a body can be cut so that a careless reader goes wrong.

What is on the wire is cut wherever a buffer was full: inside a line end, inside a character, inside a field's name. A
place of this module is one such way to cut; it gives the offsets for a body, so that it means the same for every
recording.
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BLANK: Final = re.compile(rb"(?:\r\n|\r(?!\n)|\n){2}")
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_DATA: Final = re.compile(rb"(?<![^\r\n])data:")
_RANDOM: Final = 24
"""Bytes of a piece that is cut at random, on average."""


def offsets(place: str, body: bytes, *, seed: int = 0) -> tuple[int, ...]:
    """Where `body` is cut: ascending byte offsets inside it; none where it has no such place.

    Args:
        place: A key of `PLACES`.
        body: All bytes of it.
        seed: What `random` depends on, beside the body's length.
    """
    if place == "random":
        return _at_random(len(body), seed)
    return tuple(at for at in PLACES[place](body) if 0 < at < len(body))


def pieces(body: bytes, cuts: tuple[int, ...]) -> list[bytes]:
    """The body in pieces; an empty body is none."""
    borders = (0, *cuts, len(body))
    return [body[start:stop] for start, stop in pairwise(borders) if start < stop]


def _events(body: bytes) -> list[int]:
    """Behind each blank line: one event a piece, as most servers send them."""
    return [found.end() for found in _BLANK.finditer(body)]


def _line_ends(body: bytes) -> list[int]:
    """Between the CR and the LF of each line end."""
    return [found.start() + 1 for found in re.finditer(rb"\r\n", body)]


def _characters(body: bytes) -> list[int]:
    """Inside each character of several bytes, behind its first."""
    return [found.start() + 1 for found in _MULTIBYTE.finditer(body)]


def _data(body: bytes) -> list[int]:
    """Inside each `data:`: behind `da`, and in front of the colon."""
    return sorted(found.start() + at for found in _DATA.finditer(body) for at in (2, 4))


def _at_random(size: int, seed: int) -> tuple[int, ...]:
    found: list[int] = []
    at = number = 0
    while True:
        digest = hashlib.sha256(f"{seed}/{size}/{number}".encode()).digest()
        at += 1 + int.from_bytes(digest[:8]) % (2 * _RANDOM - 1)
        number += 1
        if at >= size:
            return tuple(found)
        found.append(at)


PLACES: Final[Mapping[str, Callable[[bytes], list[int]]]] = {
    "event": _events,
    "crlf": _line_ends,
    "character": _characters,
    "data": _data,
    "whole": lambda _: [],
    "random": lambda body: list(_at_random(len(body), 0)),
}
"""Each place by its name."""

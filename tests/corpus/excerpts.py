"""The bytes that a finding is about, short enough to be read on a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.findings import Location

LONGEST = 160
"""Bytes of one excerpt."""
BEFORE = 50
"""Bytes of them that stand before the place, where there are so many."""
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


def excerpt(body: bytes, where: Location) -> str:
    """A few bytes around the place of a finding, control characters as escapes and cuts as `…`.

    Args:
        body: The whole body.
        where: The place; a finding about no event is shown the end of the body.
    """
    if where.start is None or where.stop is None:
        return _shown(body, max(0, len(body) - LONGEST), len(body), end=len(body))
    block = body[where.start : where.stop]
    start = where.start + _place(block, where.pointer)
    first = max(where.start, min(start - BEFORE, where.stop - LONGEST))
    return _shown(body, first, min(where.stop, first + LONGEST), begin=where.start, end=where.stop)


def _shown(body: bytes, first: int, last: int, *, begin: int = 0, end: int) -> str:
    while first > begin and body[first] & 0xC0 == 0x80:
        first -= 1
    while last < end and body[last] & 0xC0 == 0x80:
        last += 1
    text = body[first:last].decode("utf-8", "backslashreplace")
    escaped = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text.rstrip("\r\n")
    )
    return ("…" if first > begin else "") + escaped + ("…" if last < end else "")


def _place(block: bytes, pointer: str) -> int:
    """Offset in a block of what a pointer leads to, or of the last part of the way that is there."""
    try:
        text = block.decode("utf-8")
        start = text.index("{")
        return len(text[:start].encode()) + len(text[start : _walk(text, start, pointer)].encode())
    except (ValueError, IndexError, RecursionError):
        return 0


def _walk(text: str, at: int, pointer: str) -> int:
    """Index of the value that a pointer leads to; where a member is missing, of the object that lacks it."""
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for token in tokens:
        found = _member(text, at, token) if text[at] == "{" else _element(text, at, token)
        if found is None:
            return at
        at = found
    return at


def _member(text: str, at: int, name: str) -> int | None:
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == name:
            return at
        at = _after(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return None


def _element(text: str, at: int, index: str) -> int | None:
    if text[at] != "[" or not index.isdigit():
        return None
    at = _skip(text, at + 1)
    for _ in range(int(index)):
        at = _after(text, at)
        if text[at] != ",":
            return None
        at = _skip(text, at + 1)
    return at


def _after(text: str, at: int) -> int:
    return _skip(text, _DECODER.raw_decode(text, at)[1])


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at

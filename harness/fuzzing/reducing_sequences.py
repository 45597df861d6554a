"""Less of a sequence and less of a text, the boldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
_LETTER_BY_LETTER: Final = 12
"""Characters of a text of which each is left out by itself."""


def changed(items: tuple[T, ...], number: int, *instead: T) -> tuple[T, ...]:
    """A sequence with others, or with nothing, in the place of one."""
    return (*items[:number], *instead, *items[number + 1 :])


def parts_left_out(items: tuple[T, ...], size: int) -> Iterator[tuple[T, ...]]:
    """Without each run of so many; then without each of half as many, and so on down to each alone."""
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size //= 2


def shorter(text: str) -> Iterator[str]:
    """Shorter texts, none of them empty."""
    if len(text) < 2:
        if text > "a":
            yield "a"
        return
    yield "a"
    for size in (len(text) // 2, len(text) // 4, len(text) // 8):
        if size:
            for start in range(0, len(text), size):
                if left := text[:start] + text[start + size :]:
                    yield left
    if len(text) <= _LETTER_BY_LETTER:
        for at in range(len(text)):
            yield text[:at] + text[at + 1 :]

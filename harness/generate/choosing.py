"""Where a generator takes its choices from: hypothesis, which shrinks them, or a seed, which is fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Choose(Protocol):
    """Makes choices; the first of several is the simplest."""

    def integer(self, low: int, high: int) -> int:
        """A number, both ends included."""
        ...

    def pick(self, among: Sequence[T]) -> T:
        """One of several."""
        ...

    def chance(self, one_in: int) -> bool:
        """True once in so many times; False is simpler."""
        ...


def some(choose: Choose, among: Sequence[T], least: int, most: int) -> list[T]:
    """So many of several, each time any of them."""
    return [choose.pick(among) for _ in range(choose.integer(least, most))]

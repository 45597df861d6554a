"""Choices by a seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Seeded:
    """Makes choices; the same seed makes the same.

    Args:
        seed: Any number or text.
    """

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(str(seed))

    def integer(self, low: int, high: int) -> int:
        """A number, both ends included."""
        return self.random.randint(low, high)

    def pick(self, among: Sequence[T]) -> T:
        """One of several."""
        return among[self.random.randrange(len(among))]

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(one_in) == 0

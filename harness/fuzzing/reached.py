"""Whether a gateway asks our upstream at all: where it does not, nothing of the hunt says anything of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_UNSERVED: Final = frozenset({404, 405})
_SURE: Final = 8
"""So many conversations of a dialect without a question to our upstream are no chance, where another has one."""
_VAIN: Final = 64
"""After so many without any question to our upstream it is of no use to go on."""


@dataclass
class Reached:
    """What came of asking, by the dialect it was asked in.

    Attributes:
        asked: How many conversations were played.
        through: In how many of them the gateway asked our upstream.
        statuses: Of the first answers; None where none came.
    """

    asked: dict[str, int] = field(default_factory=dict)
    through: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, set[int | None]] = field(default_factory=dict)

    def note(self, dialect: str, status: int | None, *, is_through: bool) -> None:
        """Count a conversation."""
        self.asked[dialect] = self.asked.get(dialect, 0) + 1
        self.through[dialect] = self.through.get(dialect, 0) + is_through
        self.statuses.setdefault(dialect, set()).add(status)

    @property
    def is_vain(self) -> bool:
        """Something was played, and our upstream was never asked."""
        return bool(self.asked) and not any(self.through.values())

    @property
    def is_hopeless(self) -> bool:
        """That is so after many conversations."""
        return self.is_vain and sum(self.asked.values()) >= _VAIN

    def vain(self) -> tuple[str, ...]:
        """The dialects in which our upstream was never asked."""
        if self.is_vain:
            return tuple(self.asked)
        return tuple(one for one, number in self.asked.items() if number >= _SURE and not self.through[one])

    def left(self) -> tuple[str, ...]:
        """The others."""
        vain = self.vain()
        return tuple(one for one in self.asked if one not in vain)

    def unserved(self) -> tuple[str, ...]:
        """Those of them that have no path in the gateway: how it says so breaks no rule."""
        answered = {one: self.statuses[one] - {None} for one in self.vain()}  # a busy server may refuse some
        return tuple(one for one, statuses in answered.items() if statuses and statuses <= _UNSERVED)

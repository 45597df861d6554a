"""Members of an answer of which nothing is known to be right, and those that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from harness.translation.session import Session

_LONGEST_NAME: Final = 64
_MOST_NAMES: Final = 100


def some_text(value: object) -> str:
    """The value where it is a string, otherwise ""."""
    return value if isinstance(value, str) else ""


def whole_seconds(value: object) -> int | None:
    """A point in time in seconds since 1970: some servers send fractions, others milliseconds."""
    if type(value) not in {int, float}:
        return None
    try:
        seconds = int(value)  # type: ignore[call-overload]  # a number, as was just seen
    except (ValueError, OverflowError):
        return None
    if seconds > _LATEST:
        seconds //= 1000
    return seconds if 0 < seconds <= _LATEST else None


_LATEST: Final = 100_000_000_000
"""In seconds this is the year 5138."""


class Strangers:
    """Tells of members that are not carried, each once an answer.

    Args:
        session: The exchange.
    """

    __slots__ = ("_new", "_session", "_told")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: set[str] = set()
        self._new: list[str] = []

    def look(self, where: str, body: Mapping[str, Any], known: AbstractSet[str]) -> None:
        """Note the members of an object that are not known and say anything.

        Args:
            where: What stands before their names in the report.
            body: The object.
            known: What is carried, or says what is known without it.
        """
        if not body.keys() <= known:
            for name, value in body.items():
                if name not in known and not is_nothing(value):
                    self.note(where + name[:_LONGEST_NAME])

    def note(self, place: str) -> None:
        """Note one member."""
        if place not in self._told and len(self._told) < _MOST_NAMES:
            self._told.add(place)
            self._new.append(place)

    def tell(self, src: int) -> None:
        """Report what was noted at that event."""
        if self._new:
            self._session.lose_at("L201", src, ", ".join(self._new))
            self._new.clear()


def is_nothing(value: object) -> bool:
    """Whether leaving a value out loses nothing."""
    return value is None or value in ("", [], {})

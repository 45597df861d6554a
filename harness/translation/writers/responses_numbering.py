"""The events of a Responses stream as blocks, each with the number that follows the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.writers.blocks import encoded

if TYPE_CHECKING:
    from collections.abc import Mapping


class Numbering:
    """Counts events.

    Attributes:
        next: The `sequence_number` of the next one.
    """

    __slots__ = ("next",)

    def __init__(self, start: int) -> None:
        self.next = start

    def event(self, kind: str, members: Mapping[str, Any]) -> bytes:
        """One event of that type."""
        return self.raw(kind.encode(), encoded({"type": kind, **members})[:-1])

    def raw(self, kind: bytes, unfinished: bytes) -> bytes:
        """One event whose payload has been encoded, but for its number and the brace that ends it."""
        number = self.next
        self.next = number + 1
        return b'event: %b\ndata: %b,"sequence_number":%d}\n\n' % (kind, unfinished, number)

    def stream(self, kind: str, place: Mapping[str, Any]) -> Pieces:
        """Deltas of one text."""
        return Pieces(self, kind, place)


class Pieces:
    """The deltas of one text: all that does not change in them is encoded once.

    Args:
        numbering: Of the stream.
        kind: Their type.
        place: Where they belong: item, output index, content index.
    """

    __slots__ = ("_before", "_numbering")

    def __init__(self, numbering: Numbering, kind: str, place: Mapping[str, Any]) -> None:
        self._numbering = numbering
        members = encoded({"type": kind, **place})[:-1]
        self._before = b'event: %b\ndata: %b,"delta":' % (kind.encode(), members)

    def piece(self, text: str, more: bytes = b"") -> bytes:
        """One delta; `more` are further members, each with a comma before it."""
        numbering = self._numbering
        number = numbering.next
        numbering.next = number + 1
        return b'%b%b%b,"sequence_number":%d}\n\n' % (self._before, encoded(text), more, number)

"""The two sides of a comparison: a live request, and a recorded one with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from harness.cassettes.exchange import Request
    from harness.cassettes.matching.canonical import Key


@dataclass
class Live:
    """A live request made ready to be compared.

    Args:
        request: The request, redacted.
        key: Its key.
        ids: The ids in its body, each once; filled in when they are needed.
    """

    request: Request
    key: Key
    ids: tuple[str, ...] = ()


class Recorded(NamedTuple):
    """A recording in a deck: its position there, its number in its cassette, and the cassette's name."""

    position: int
    number: int
    source: str
    request: Request
    key: Key

    @property
    def name(self) -> str:
        """How a person finds it: `recording 3 of chat.cassette.jsonl`."""
        return f"recording {self.number}" + (f" of {self.source}" if self.source else "")

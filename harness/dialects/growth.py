"""How an event may differ from the one before it, where all that both do is to add text.

Nearly every event of a stream is such a one, and the machine's short way looks at few of its members. So a machine can
say of an event that took it: the next one that is spelled alike but for these members takes it, too.
`harness.checking.likeness` makes of this a way to take events without decoding them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Path: TypeAlias = "tuple[str | int, ...]"
"""Keys and indexes that lead to a value."""


class Numbered(Protocol):
    """A stream whose events count."""

    next_sequence: int | None


class Growth(NamedTuple):
    """What is different in the next event like this one.

    Args:
        text: Where its text is.
        write: Takes the text. Nothing else happens to the state of the machine, but for the count.
        padding: Where a text is that nobody reads; None where there is none.
        number: Where the number is that counts the events; None where there is none.
        stream: Whose `next_sequence` that number is, and is one more afterwards.
    """

    text: Path
    write: Callable[[str], object]
    padding: Path | None = None
    number: Path | None = None
    stream: Numbered | None = None


def padding_of(body: object) -> Path | None:
    """Where OpenAI's padding against eavesdroppers is, in a payload that has it."""
    return _PADDING if isinstance(body, dict) and isinstance(body.get("obfuscation"), str) else None


_PADDING: Path = ("obfuscation",)

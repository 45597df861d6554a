"""The lines of one block, as the standard reads them (WHATWG HTML living standard, section 9.2.6).

For blocks that are not ordinary: the decoder has its own, faster way through the others.
"""

from __future__ import annotations

from typing import NamedTuple

KNOWN = frozenset({b"event", b"data", b"id", b"retry"})
"""The fields that the standard knows; a client ignores any other."""


class Field(NamedTuple):
    """One line that is not blank.

    Args:
        line: The line without its end.
        name: What stands before the first colon; b"" for a comment.
        value: What follows it, without one space.
        spaced: A space follows the colon.
    """

    line: bytes
    name: bytes
    value: bytes
    spaced: bool

    @property
    def is_comment(self) -> bool:
        """The line starts with a colon."""
        return self.line.startswith(b":")

    @property
    def is_known(self) -> bool:
        """The line has one of the four fields."""
        return self.name in KNOWN


def fields(block: bytes) -> list[Field]:
    """The lines of a block that say something: all but the blank ones."""
    found = []
    for line in block.splitlines():
        if line:
            name, _, value = line.partition(b":")
            found.append(Field(line, name, value.removeprefix(b" "), value.startswith(b" ")))
    return found

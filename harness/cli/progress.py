"""How far a long command is: one line on stderr, on a terminal only."""

from __future__ import annotations

import sys
from time import monotonic

_EVERY = 0.1
_CLEAR = "\r\x1b[2K"


class Progress:
    """A line that is written over and over; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._wanted = sys.stderr is not None and sys.stderr.isatty()
        self._shown = False
        self._next = monotonic() + 5 * _EVERY  # what is done at once shows nothing

    def show(self, text: str) -> None:
        """Replace the line; ten times a second at most."""
        if self._wanted and (now := monotonic()) >= self._next:
            self._next = now + _EVERY
            self._shown = True
            sys.stderr.write(f"{_CLEAR}{text}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, before anything else is written to the terminal."""
        if self._shown:
            self._shown = False
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()

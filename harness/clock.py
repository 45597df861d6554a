"""Time and ids are handed in: this module says how they look, and implements nothing.

The core never reads a clock and never draws a random number, so that a replay is the same every time and a
test needs no patching. `harness.io.clock` has the implementations that look at the real world.
"""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def monotonic_us(self) -> int:
        """Microseconds since an arbitrary fixed point; never goes backwards."""
        ...

    def utc_now(self) -> str:
        """The wall clock as RFC 3339 in UTC with whole seconds, such as `2026-11-21T01:30:00Z`."""
        ...


class Mint(Protocol):
    """Where ids come from."""

    def new_id(self, prefix: str) -> str:
        """A fresh id that starts with `prefix`, such as `resp_`; never the same twice."""
        ...

"""When what is due: one heap and one timer of the loop for all streams together.

A task or a timer handle for each held stream would cost more than the stream; here each costs one heap entry.
"""

from __future__ import annotations

import asyncio
import time
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SLICE: Final = 256
"""Calls made before the loop gets a turn, so that 10,000 streams due at once keep no new client waiting."""

_NEAR: Final = 0.0005
"""Seconds that a call may come early; timers of event loops are no finer."""


def now() -> float:
    """Seconds on the clock that deadlines are told on."""
    return time.monotonic()


class Timetable:
    """Calls functions at absolute times. For use on one loop."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = count()
        self._timer: asyncio.Handle | None = None
        self._armed_for = 0.0
        self._running = False

    def at(self, due: float, call: Callable[[], None]) -> None:
        """Call once, at `due` (see `now`) or soon after. What is due together keeps its order."""
        heappush(self._heap, (due, next(self._serial), call))
        if not self._running:
            self._arm()

    def _arm(self) -> None:
        due = self._heap[0][0]
        if self._timer is not None:
            if self._armed_for <= due:
                return
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        delay = due - now()
        self._armed_for = due
        self._timer = loop.call_soon(self._run) if delay <= 0 else loop.call_later(delay, self._run)

    def _run(self) -> None:
        self._timer = None
        self._running = True
        heap = self._heap
        try:
            limit = now() + _NEAR
            latest = next(
                self._serial
            )  # what is called here and comes back at once must wait for the next turn
            for _ in range(_SLICE):
                if not heap or heap[0][0] > limit or heap[0][1] > latest:
                    break
                heappop(heap)[2]()
        finally:
            self._running = False
            if heap:
                self._arm()

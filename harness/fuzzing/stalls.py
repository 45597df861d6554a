"""When our own event loop did not run: what a client waited for then, it may have had all the time."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from harness.io.server.timetable import now

if TYPE_CHECKING:
    from types import TracebackType

_LOOK: Final = 0.05
"""Seconds between two looks at the clock."""
_LATE: Final = 0.25
"""Seconds by which a look may be late on a machine that is busy, and no more than that."""
_KEPT: Final = 10_000


class _Stall(NamedTuple):
    """From when to when the loop did not run."""

    begun: float
    ended: float


class Stalls:
    """Watches the clock while it is a context, on the loop that it shares with the client.

    A process that is stopped, or blocked in a write, does not read what has come; and when it goes on, the patience of
    its client is over at once. Nobody else is to blame for that.
    """

    def __init__(self) -> None:
        self._stalls: deque[_Stall] = deque(maxlen=_KEPT)
        self._looked = now()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        self._looked = now()
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def since(self, begun: float) -> float:
        """For how many seconds since a time, on the clock of `now`, the loop did not run."""
        self._look()  # what has only just ended, no look has seen yet
        return sum(one.ended - max(one.begun, begun) for one in self._stalls if one.ended > begun)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            self._look()

    def _look(self) -> None:
        time = now()
        due = self._looked + _LOOK
        if time - due > _LATE:
            self._stalls.append(_Stall(due, time))
        self._looked = time

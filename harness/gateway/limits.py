"""How long an exchange may take: one timer watches all its limits, and what it costs does not grow with its chunks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Expiry: TypeAlias = Literal["connect", "first_byte", "idle", "total", "shutdown"]

_NEVER: Final = float("inf")
_LATE: Final = 0.25
"""Seconds by which a timer may fire late in a process that gets to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Time limits in seconds; None is none.

    Args:
        connect: For a connection to the upstream.
        first_byte: From the request to the first byte of the answer's body.
        idle: Between two reads of it. Time in which the client takes nothing does not count.
        total: For all attempts together, to the answer's end.
    """

    connect: float = 10.0
    first_byte: float | None = 600.0
    idle: float | None = 300.0
    total: float | None = None


class Watch:
    """Watches one exchange.

    The timer is not set anew for each chunk: a chunk only notes its time, and the timer looks, when it fires, whether
    anything is really due. Where the timer fires late, this process did not get to run, and what came meanwhile has not
    been read: then the upstream is waited for anew.

    Args:
        limits: How long what may take.
        scope: What is ended when a limit is passed; entered.
        quiet: Called after so many seconds in which nothing came.
        keep_alive: So many; None never calls.

    Attributes:
        expired: Which limit was passed.
    """

    __slots__ = (
        "_begun",
        "_first",
        "_handle",
        "_keep_alive",
        "_last",
        "_limits",
        "_loop",
        "_over",
        "_paused",
        "_pinged",
        "_quiet",
        "_scope",
        "_total_at",
        "expired",
    )

    def __init__(
        self,
        limits: Limits,
        scope: asyncio.Timeout,
        quiet: Callable[[], None] | None = None,
        keep_alive: float | None = None,
    ) -> None:
        self.expired: Expiry | None = None
        self._over = False
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._scope = scope
        self._quiet = quiet
        self._keep_alive = keep_alive if quiet is not None else None
        now = self._loop.time()
        self._total_at = _NEVER if limits.total is None else now + limits.total
        self._begun = False
        self._first = True
        self._paused = False
        self._last = self._pinged = now
        self._handle: asyncio.TimerHandle | None = None
        self._arm()

    def begin(self) -> None:
        """An attempt begins: its first byte is waited for."""
        self._begun = self._first = True
        self._paused = False
        self._last = self._pinged = self._loop.time()
        self._arm()

    def touch(self) -> None:
        """Something came."""
        self._last = self._loop.time()
        if self._first:
            self._first = False
            self._arm()

    def rest(self) -> None:
        """Nothing is waited for but the total: between two attempts, or while the client takes nothing."""
        self._paused = True

    def wake(self) -> None:
        """What was waited for before is waited for again."""
        self._paused = False
        self._last = self._pinged = self._loop.time()
        self._arm()

    def stop(self) -> None:
        """The exchange is over."""
        self._over = True
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def expire(self, kind: Expiry) -> None:
        """End the exchange now, if it is not over."""
        if not self._over:
            self.expired = kind
            self.stop()
            self._scope.reschedule(self._loop.time())

    def _waiting_until(self) -> float:
        if self._paused or not self._begun:
            return _NEVER
        limit = self._limits.first_byte if self._first else self._limits.idle
        return _NEVER if limit is None else self._last + limit

    def _quiet_at(self) -> float:
        if self._keep_alive is None or self._paused:
            return _NEVER
        return max(self._last, self._pinged) + self._keep_alive

    def _arm(self) -> None:
        due = min(self._total_at, self._waiting_until(), self._quiet_at())
        if self._handle is not None:
            if self._handle.when() <= due:
                return  # it will look then
            self._handle.cancel()
        self._handle = None if due == _NEVER else self._loop.call_at(due, self._look)

    def _look(self) -> None:
        late = self._loop.time() - self._handle.when() if self._handle is not None else 0.0
        self._handle = None
        # A loop's timer may fire a little early, by its clock's resolution.
        now = self._loop.time() + 0.001
        if now >= self._total_at:
            self.expire("total")
        elif now >= self._waiting_until() and late <= _LATE:
            self.expire("first_byte" if self._first else "idle")
        else:
            if now >= self._quiet_at() and self._quiet is not None:
                self._pinged = now
                self._quiet()
            if now >= self._waiting_until():
                self._last = now
            self._arm()

"""Waiting until a replayed byte is due, no longer than the client that waits for it would.

Live, a client's own time limit ends a read that takes too long; in-process there is no socket that would keep it, so
it is kept here. httpx and httpx2 hand it to their transports with each request, as the extension `timeout`: seconds
by phase (`connect`, `read`, `write`, `pool`), None for no limit.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.exchange import Ending, How
from harness.io.playback import HOLD

if TYPE_CHECKING:
    from types import ModuleType

BREATH: Final = 0.001
"""Seconds for which an async replay may keep the event loop to itself."""

_PHASES = {"ConnectTimeout": "connect", "WriteTimeout": "write", "PoolTimeout": "pool"}


class Waits:
    """The waits of one answer. Each is against a fixed point in time, so that a slow reader makes nothing drift.

    Args:
        module: `httpx` or `httpx2`.
        request: The module's own request, which goes out now.
    """

    def __init__(self, module: ModuleType, request: Any) -> None:
        self._module = module
        self._limits = request.extensions.get("timeout") or {}
        self._start = self._rested = time.perf_counter()

    def head_delivered(self) -> None:
        """From here on, what is due is due after the response's head."""
        self._start = time.perf_counter()

    def until(self, due_us: int, kind: str = "ReadTimeout") -> None:
        """Block until something is due.

        Args:
            due_us: When, in microseconds after the request or the head.
            kind: What the module calls a wait that takes too long.

        Raises:
            ReadTimeout: The module's own, where that is longer than the client waits, after so long.
        """
        left = self._left(due_us)
        if left <= 0:
            return
        limit = self._limits.get(_PHASES.get(kind, "read"))
        if limit is not None and left > limit:
            time.sleep(limit)
            raise self._too_long(kind)
        time.sleep(left)

    async def until_async(self, due_us: int, kind: str = "ReadTimeout") -> None:
        """The same for a task."""
        left = self._left(due_us)
        if left <= 0:
            return
        # It sleeps under asyncio and trio alike.
        import anyio  # noqa: PLC0415 - a sync client needs none

        limit = self._limits.get(_PHASES.get(kind, "read"))
        if limit is not None and left > limit:
            await anyio.sleep(limit)
            raise self._too_long(kind)
        await anyio.sleep(left)
        self._rested = time.perf_counter()

    def until_end(self, ending: Ending) -> None:
        """Block until an ending is due."""
        self.until(ending.at_us, ending.exception or "ReadTimeout")

    async def until_end_async(self, ending: Ending) -> None:
        """Wait until an ending is due; where the recording client was cancelled, for this one to be, too.

        Its own time limit is what ends the stream again, whatever the pace, as it does over HTTP.
        """
        hold = int(HOLD * 1e6) if ending.how is How.CANCELLED else 0
        await self.until_async(ending.at_us + hold, ending.exception or "ReadTimeout")

    @property
    def tired(self) -> bool:
        """Whether other tasks have waited for longer than `BREATH`."""
        return time.perf_counter() - self._rested > BREATH

    async def rest(self) -> None:
        """Let other tasks run, and a cancellation strike.

        A read from a socket does so by itself. An answer that is there already would otherwise never: neither a long
        one, nor many short ones in a row.
        """
        from anyio.lowlevel import checkpoint  # noqa: PLC0415 - as above

        await checkpoint()
        self._rested = time.perf_counter()

    def _left(self, due_us: int) -> float:
        return self._start + due_us / 1e6 - time.perf_counter()

    def _too_long(self, kind: str) -> Exception:
        name = kind if kind in _PHASES else "ReadTimeout"
        error: Exception = getattr(self._module, name)("timed out")
        return error

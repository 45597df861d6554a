"""Who may play at a time: many, or a few that want quiet, since their times are watched."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from harness.conforming.playing import CALM

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Floor:
    """Lets sessions in.

    Args:
        most: How many at a time, of those that need no quiet.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._change = asyncio.Condition()
        self._many = self._calm = self._waiting = 0

    @asynccontextmanager
    async def many(self) -> AsyncIterator[None]:
        """Play among others; waits while somebody wants quiet."""
        async with self._change:
            await self._change.wait_for(lambda: self._many < self._most and not (self._calm or self._waiting))
            self._many += 1
        try:
            yield
        finally:
            self._many -= 1
            await self._told()

    @asynccontextmanager
    async def calm(self, most: int = CALM) -> AsyncIterator[None]:
        """Play in quiet, with as many others of the kind."""
        self._waiting += 1
        try:
            async with self._change:
                await self._change.wait_for(lambda: not self._many and self._calm < most)
                self._calm += 1
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._calm -= 1
            await self._told()

    async def _told(self) -> None:
        async with self._change:
            self._change.notify_all()

"""How the recording of one attempt ends, where there is one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import How

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.gateway.untouched import Carrier
    from harness.io.recorder import Take

_DRAIN: Final = 1.0
"""Seconds in which an upstream may end the body of an answer that is whole: its connection can then be used again."""


def end(take: Take | None, how: How, error: BaseException | None = None) -> None:
    """It ended so."""
    if take is not None:
        take.end(how, error)


def fail(take: Take | None, error: BaseException) -> None:
    """It ended with an exception."""
    if take is not None:
        take.fail(error)


async def drained(carrier: Carrier, chunks: AsyncIterator[bytes], take: Take | None) -> None:
    """The client has everything: let the upstream end its body, for a moment, unless it has failed."""
    how = How.CLIENT_CLOSE
    if carrier.error is None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN):
                async for data in chunks:
                    if take is not None:
                        take.chunk(data)
            how = How.COMPLETE
    end(take, how)

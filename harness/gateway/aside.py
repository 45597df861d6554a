"""Asking an upstream for something that the client can do without."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from harness.gateway.limits import Watch
from harness.gateway.untouched import Quiet
from harness.translation.failures import timed_out

if TYPE_CHECKING:
    from harness.gateway.calling import Call
    from harness.gateway.exchange import Exchange


async def aside(exchange: Exchange, call: Call) -> Quiet:
    """Ask an upstream; that it fails, or passes a limit, ends nothing else.

    Args:
        exchange: For which it is done.
        call: The request.

    Returns:
        The answer, or why there is none.
    """
    made: list[Quiet] = []

    def make() -> Quiet:
        made.append(Quiet())
        return made[-1]

    outer, watch = exchange.watch, None
    try:
        async with asyncio.timeout(None) as scope:
            watch = exchange.watch = Watch(exchange.gateway.settings.limits, scope)
            await exchange.carry(make, call)
    except TimeoutError:
        kind = watch.expired if watch is not None else None
        if kind == "shutdown" and outer is not None:
            outer.expired = kind
            raise
        made[-1].fail(timed_out("idle" if kind is None or kind == "shutdown" else kind))
    finally:
        if watch is not None:
            watch.stop()
        exchange.watch, exchange.carrier = outer, None
    return made[-1]

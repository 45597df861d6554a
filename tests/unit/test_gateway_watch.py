"""A limit of the gateway is about its upstream: time in which the gateway itself did not get to run is not counted."""

from __future__ import annotations

import asyncio
import time

from harness.gateway.limits import Expiry, Limits, Watch


async def watched(blocked: float) -> tuple[Expiry | None, Expiry | None]:
    """What a wait for the first byte has come to at once after a time in which nothing ran, and in the end."""
    at_once: Expiry | None = None
    scope = asyncio.timeout(None)
    watch = Watch(Limits(first_byte=0.3), scope)
    try:
        async with scope:
            watch.begin()
            time.sleep(blocked)  # noqa: ASYNC251 - this is what is tested
            for _ in range(4):  # as many turns of the loop as it takes to read what has come
                await asyncio.sleep(0)
            at_once = watch.expired
            await asyncio.sleep(60)
    except TimeoutError:
        pass
    return at_once, watch.expired


def test_what_may_have_come_while_the_gateway_did_not_run_is_looked_for() -> None:
    """An answer lies there unread; where it does not, the limit is passed soon after."""
    assert asyncio.run(watched(1.5)) == (None, "first_byte")


def test_an_upstream_that_is_silent_is_given_up() -> None:
    """As ever."""
    assert asyncio.run(watched(0.0))[1] == "first_byte"

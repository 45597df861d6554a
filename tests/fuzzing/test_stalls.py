"""What our own process did not get to run for is held against nobody."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import harness
from harness.fuzzing.stalls import Stalls
from harness.io.server.timetable import now
from tests.fuzzing.broken_gateways import NeverEnds

if TYPE_CHECKING:
    import pytest

    from harness.fuzzing.outcome import Outcome


def hunted(examples: int, **given: Any) -> Outcome:
    """So many streams through it, with a client that waits for three seconds."""
    return harness.fuzz(
        NeverEnds(),
        modes="stream",
        only="HUNG",
        max_time=300.0,
        max_examples=examples,
        concurrency=2,
        timeout=3.0,
        shrink_time=0.0,
        **given,
    )


def test_a_gateway_that_never_ends_its_answer_is_told() -> None:
    """As what no rule on bytes can say."""
    outcome = hunted(20, stop_after=1)  # of which a machine that is busy may lose some
    assert {one.rule for one in (*outcome.findings, *outcome.once)} == {"HUNG"}


def test_a_hang_is_not_told_where_our_own_loop_did_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was waited for may have been there all the time."""
    monkeypatch.setattr(Stalls, "since", lambda _, begun: now() - begun)
    outcome = hunted(2)
    assert (outcome.findings, outcome.once) == ((), ())


def test_what_blocks_the_loop_is_measured() -> None:
    """From before the stall; not from after it, and not where nothing blocked."""

    async def blocked() -> tuple[float, float, float]:
        async with Stalls() as stalls:
            begun = now()
            await asyncio.sleep(0.2)
            quiet = stalls.since(begun)
            time.sleep(0.8)  # noqa: ASYNC251 - this is what is tested
            seen = stalls.since(begun)
            await asyncio.sleep(0.1)
            return quiet, seen, stalls.since(now())

    quiet, seen, after = asyncio.run(blocked())
    assert seen - quiet >= 0.7
    assert after == 0.0

"""A failure of a target on a machine that is busy is held against nobody; on one that is not, it is told."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.results.result import CellStatus
from harness.sandwich.behaviours import judged
from harness.sandwich.starving import watched_clock
from harness.scenarios.registry import scenario
from tests.unit.test_sandwich_behaviours import Gateway, faults, play

if TYPE_CHECKING:
    from harness.io.server.responder import Responder


class Impatient(Gateway):
    """Gives up on an upstream that answers."""

    async def answer(self, body: bytes, responder: Responder) -> None:
        """Ask, and answer as if nothing had come."""
        url = f"{self.upstream}/v1/chat/completions"
        async with self.client.stream("POST", url, content=body) as answer:
            _ = [one async for one in answer.aiter_raw()]
        responder.start(504, "", [("content-type", "application/json")])
        error = b'{"error":{"message":"timed out","type":"server_error","param":null,"code":null}}'
        responder.write(error)
        responder.finish()


class Shortens(Gateway):
    """Loses what upstream says, and tells no failure."""

    def told(self, data: bytes, body: bytes) -> bytes:
        """Without a word of it."""
        del body
        return data.replace(b'"content":"', b'"content":"not ')


PLAIN = scenario("text-plain")


@pytest.mark.parametrize("mode", ["stream", "whole"])
def test_a_failure_is_told_unless_this_process_came_late(mode: str) -> None:
    """A limit of the target's may have been over before anybody could pass on an answer."""
    session, found = play(Impatient, PLAIN, mode)
    session = replace(session, late=0.0)
    assert "XLAT-FIN-001" in faults(judged(session))
    busy = judged(replace(session, late=0.8))
    assert (busy.status, faults(busy)) == (CellStatus.NOT_EXERCISED, set())
    assert "0.8 s late" in str(busy.reason)
    assert found.status in {CellStatus.FAILED, CellStatus.NOT_EXERCISED}


def test_what_no_clock_decides_is_told_on_any_machine() -> None:
    """A text is not another one because nobody had time."""
    session, _ = play(Shortens, PLAIN)
    assert judged(replace(session, late=30.0)).status is CellStatus.FAILED


def test_how_late_a_process_comes_is_measured() -> None:
    """What is inside shares the loop with it."""

    async def late(seconds: float) -> float:
        async with watched_clock(0.01) as clock:
            await asyncio.sleep(0.02)
            time.sleep(seconds)  # noqa: ASYNC251 - this is what is tested
            await asyncio.sleep(0.02)
        return max(clock)

    assert asyncio.run(late(0.8)) >= 0.7

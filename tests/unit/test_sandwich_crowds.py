"""Gateways that refuse some of a crowd: for a moment, each time, or while nobody gets to run; and one that recuts."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.results.result import CellStatus
from tests.unit.test_sandwich_behaviours import CROSSTALK, FOLD, REPEAT, Gateway, MixesIds, faults, play

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from harness.io.server.responder import Responder
    from harness.scenarios.scenario import Scenario


class Busy(Gateway):
    """Refuses some of a crowd."""

    asked_for = 0
    at_most = 10_000  # requests; then it has time again

    async def answer(self, body: bytes, responder: Responder) -> None:
        """Refuse every seventh while it is busy."""
        self.asked_for += 1
        if self.asked_for % 7 or self.asked_for > self.at_most:
            await super().answer(body, responder)
            return
        responder.start(503, "", [("content-type", "application/json")])
        responder.write(b'{"error":{"message":"busy","type":"server_error","param":null,"code":null}}')
        responder.finish()


class BusyOnce(Busy):
    """It was only the machine, at that moment."""

    at_most = 30


class BusyAndMixed(BusyOnce, MixesIds):
    """It mixes sessions while it is busy."""

    def told(self, data: bytes, body: bytes) -> bytes:
        """Of the first crowd only."""
        return super().told(data, body) if self.asked_for <= 51 else data


class Limits(Gateway):
    """Has had enough after some requests, for a moment."""

    full = range(1, 2)
    asked_for = -1

    async def answer(self, body: bytes, responder: Responder) -> None:
        """Put off, or answer."""
        self.asked_for += 1
        if self.asked_for not in self.full:
            await super().answer(body, responder)
            return
        responder.start(429, "", [("content-type", "application/json"), ("retry-after", "1")])
        responder.write(
            b'{"error":{"message":"later","type":"requests","param":null,"code":"rate_limit_exceeded"}}'
        )
        responder.finish()


class LimitsAtFirst(Limits):
    """Others have taken what there was."""

    full = range(1)


@pytest.mark.parametrize("played", [REPEAT, FOLD], ids=lambda one: one.name)
def test_who_puts_off_the_second_of_two_requests_is_not_said_to_answer_otherwise(played: Scenario) -> None:
    """There are no two answers then."""
    _, found = play(Limits, played)
    assert faults(found) == set()
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason == "the target answered 429 to the second request and asked no upstream"


def test_a_crowd_is_not_held_against_one_that_was_put_off() -> None:
    """All of it would be otherwise."""
    _, found = play(LimitsAtFirst, CROSSTALK)
    assert faults(found) == set()
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason == "the target answered 429 and asked no upstream"


def test_a_crowd_of_which_some_are_refused_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has room for the second is fine; who never has is told so, and it is a warning."""
    monkeypatch.setattr("harness.sandwich.behaviours.STARVED", 600.0)
    once, found = play(BusyOnce, CROSSTALK)
    assert found.status is CellStatus.PASSED
    assert len(once.sessions) > 51
    always, found = play(Busy, CROSSTALK)
    assert found.status is CellStatus.WARNED
    assert {one.subject for _, one in found.watched} == {"refused in a crowd"}
    assert len(always.sessions) > len(once.sessions)


def test_who_is_refused_while_we_do_not_get_to_run_ourselves_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The others of the crowd are looked at."""
    monkeypatch.setattr("harness.sandwich.behaviours.STARVED", -1.0)
    session, found = play(Busy, CROSSTALK)
    assert found.status is CellStatus.PASSED
    assert len(session.sessions) > 100


def test_what_is_mixed_in_a_crowd_that_comes_again_is_caught_all_the_same() -> None:
    """No answer is thrown away."""
    _, found = play(BusyAndMixed, CROSSTALK)
    assert found.status is CellStatus.FAILED


class Slow(Gateway):
    """Begins some answers at once, and asks its upstream so late that no client waits for the rest."""

    slow: frozenset[int] = frozenset()
    asked_for = -1

    async def answer(self, body: bytes, responder: Responder) -> None:
        """Ask, later or now."""
        self.asked_for += 1
        is_slow = self.asked_for in self.slow
        if is_slow:
            kind = "text/event-stream" if b'"stream":true' in body else "application/json"
            responder.start(200, "", [("content-type", kind)])
            responder.write(b"\n")
            await asyncio.sleep(600)
        request = self.client.stream("POST", f"{self.upstream}/v1/chat/completions", content=body)
        async with request as answer:
            if not is_slow:
                responder.start(answer.status_code, "", [("content-type", answer.headers["content-type"])])
            await self.passed(answer, responder.write)
        responder.finish()


class SlowInACrowd(Slow):
    """For some."""

    slow = frozenset(range(3, 400, 9))


class SlowWithTheSecond(Slow):
    """For one of two."""

    slow = frozenset({1})


@pytest.mark.parametrize(
    ("make", "played"), [(SlowInACrowd, CROSSTALK), (SlowWithTheSecond, REPEAT), (SlowWithTheSecond, FOLD)]
)
def test_what_a_client_gave_up_on_is_compared_with_nothing(make: type[Slow], played: Scenario) -> None:
    """On a machine that is busy the rest of an answer is missing, and that is no mix-up."""
    _, found = play(make, replace(played, seconds=2.0))
    assert faults(found) == set()
    assert found.status in {CellStatus.PASSED, CellStatus.NOT_EXERCISED}
    assert played is CROSSTALK or found.status is CellStatus.NOT_EXERCISED


class Recuts(Gateway):
    """Parts each text in two deltas, at another place each time."""

    draw = random.Random(7)

    async def passed(self, answer: httpx.Response, tell: Callable[[bytes], None]) -> None:
        """An upstream's event is two of its own."""
        async for data in answer.aiter_raw():
            for event in data.split(b"\n\n")[:-1]:
                for part in self.parts(event):
                    tell(part + b"\n\n")

    def parts(self, event: bytes) -> list[bytes]:
        """The event, or two in its place."""
        data = event.removeprefix(b"data: ")
        value: Any = json.loads(data) if data != b"[DONE]" else {}
        delta = value["choices"][0]["delta"] if value.get("choices") else {}
        text = delta.get("content") or ""
        if len(text) < 2:
            return [event]
        place = self.draw.randrange(1, len(text))
        pieces = []
        for piece in (text[:place], text[place:]):
            delta["content"] = piece
            pieces.append(b"data: " + json.dumps(value).encode())
        return pieces


def test_a_gateway_that_cuts_texts_anew_mixes_nothing() -> None:
    """Its own mark may be cut in one answer and not in the next."""
    _, found = play(Recuts, CROSSTALK)
    assert faults(found) == set()
    assert found.status is CellStatus.PASSED

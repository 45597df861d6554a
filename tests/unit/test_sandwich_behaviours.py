"""Tiny gateways with one defect in how they behave, each caught; and gateways without one, which are clean."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.io.server.threaded import ServerThread
from harness.results.result import CellStatus
from harness.sandwich.behaviours import behave, judged
from harness.sandwich.behaviours_watching import BUSY
from harness.sandwich.client import new_client
from harness.sandwich.session import Player, Route
from harness.sandwich.upstream import ScenarioUpstream
from harness.scenarios.mark import marks_in
from harness.scenarios.registry import scenario
from harness.targets.builtin import Builtin
from harness.targets.control import Replayer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder
    from harness.sandwich.judging import Judged
    from harness.sandwich.session import Played
    from harness.scenarios.scenario import Scenario

    Make = Callable[[str, httpx.AsyncClient], "Gateway"]

INCREMENTAL = scenario("behaviour-incremental")
LEAVING = replace(scenario("behaviour-leaving"), gap_us=20_000)
CROSSTALK = scenario("behaviour-crosstalk")
REPEAT = scenario("behaviour-repeat")
FOLD = scenario("behaviour-whole-is-fold")


class Gateway:
    """Passes Chat Completions on as it comes. Its defects are subclasses.

    Args:
        upstream: Origin of the upstream.
        client: Asks it.
    """

    def __init__(self, upstream: str, client: httpx.AsyncClient) -> None:
        self.upstream = upstream
        self.client = client
        self.tasks: set[asyncio.Task[None]] = set()

    def __call__(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        """Answer one request."""
        del head
        task = asyncio.get_running_loop().create_task(self.answer(body, responder))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        self.watch(task, responder)

    def watch(self, task: asyncio.Task[None], responder: Responder) -> None:
        """Give up when the client does."""
        responder.on_disconnect = lambda: _cancel(task)

    async def asked(self, body: bytes) -> bytes:
        """What upstream is asked."""
        return body

    def told(self, data: bytes, body: bytes) -> bytes:
        """What the client is told for a piece of the answer."""
        del body
        return data

    async def passed(self, answer: httpx.Response, tell: Callable[[bytes], None]) -> None:
        """Pass the body on."""
        async for data in answer.aiter_raw():
            tell(data)

    async def answer(self, body: bytes, responder: Responder) -> None:
        """Ask upstream, and pass on what it says."""
        request = self.client.stream(
            "POST", f"{self.upstream}/v1/chat/completions", content=await self.asked(body)
        )
        async with request as answer:
            kind = answer.headers["content-type"]
            responder.start(answer.status_code, "", [("content-type", kind)])
            await self.passed(answer, lambda data: responder.write(self.told(data, body)))
        responder.finish()

    async def close(self) -> None:
        """End what is under way."""
        for task in self.tasks:
            task.cancel()
        await self.client.aclose()


class Buffers(Gateway):
    """Collects the whole answer."""

    async def passed(self, answer: httpx.Response, tell: Callable[[bytes], None]) -> None:
        """At once, in the end."""
        for data in [one async for one in answer.aiter_raw()]:
            tell(data)


class BuffersPairs(Gateway):
    """Waits for every second event."""

    async def passed(self, answer: httpx.Response, tell: Callable[[bytes], None]) -> None:
        """Two at a time."""
        held = b""
        async for data in answer.aiter_raw():
            if held:
                tell(held + data)
                held = b""
            else:
                held = data
        if held:
            tell(held)


class Deaf(Gateway):
    """Does not notice that its client has left."""

    def watch(self, task: asyncio.Task[None], responder: Responder) -> None:
        """Not at all."""


class Late(Gateway):
    """Notices it, and takes its time."""

    def watch(self, task: asyncio.Task[None], responder: Responder) -> None:
        """Half an answer later."""
        responder.on_disconnect = lambda: _later(1.2, task.cancel)


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


def _later(seconds: float, call: Callable[[], Any]) -> None:
    asyncio.get_running_loop().call_later(seconds, call)


class Mixes(Gateway):
    """Keeps the latest prompt where all sessions see it."""

    latest = b""

    async def asked(self, body: bytes) -> bytes:
        """The latest, which may be another's by now."""
        self.latest = body
        await asyncio.sleep(0.02)
        return self.latest


class MixesIds(Gateway):
    """Keeps the latest session's id where all sessions see it, and shows it in all answers."""

    latest = b""

    async def asked(self, body: bytes) -> bytes:
        """Note whose it is."""
        self.latest = marks_in(body)[0].encode()
        return body

    def told(self, data: bytes, body: bytes) -> bytes:
        """The answer's id is the latest one."""
        own = marks_in(body)[0].encode()
        return data.replace(b"chatcmpl-" + own, b"chatcmpl-" + self.latest)


class Random(Gateway):
    """Draws a part of its answers."""

    draw = random.Random(7)

    def told(self, data: bytes, body: bytes) -> bytes:
        """With a text that is never twice the same."""
        del body
        return data.replace(b"again", b"again%d" % self.draw.getrandbits(60))


class RandomMember(Gateway):
    """Adds a member that is drawn."""

    draw = random.Random(7)

    def told(self, data: bytes, body: bytes) -> bytes:
        """In each chunk, or in the whole answer."""
        del body
        return data.replace(b'"object":', b'"mood":%d,"object":' % self.draw.getrandbits(60))


class OtherWhole(Gateway):
    """Loses a call where no stream is asked for."""

    def told(self, data: bytes, body: bytes) -> bytes:
        """A whole answer has no calls."""
        if json.loads(body).get("stream"):
            return data
        value = json.loads(data)
        value["choices"][0]["message"].pop("tool_calls", None)
        value["choices"][0]["finish_reason"] = "stop"
        return json.dumps(value).encode()


@contextmanager
def served(make: Make, upstream: str) -> Iterator[str]:
    """The gateway, at an address."""
    gateway = make(upstream, httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None)))
    with ServerThread(gateway, grace=0.0, finish=gateway.close) as server:
        yield server.url


def play(url_of: Make, played: Scenario, mode: Any = "stream") -> tuple[Played, Judged]:
    """Put a gateway through one scenario; again, where this machine was too busy to judge by."""
    session, found = play_once(url_of, played, mode)
    for _ in range(4):
        if found.reason != BUSY:
            break
        session, found = play_once(url_of, played, mode)
    return session, found


def play_once(url_of: Make, played: Scenario, mode: Any) -> tuple[Played, Judged]:
    """Put a gateway through one scenario once."""
    handler = ScenarioUpstream()
    with ServerThread(handler, grace=0.0) as upstream, served(url_of, upstream.url) as url:
        route = Route(name="chat", base_url=f"{url}/v1", model="scenario", inbound="chat", upstream="chat")

        async def through() -> Played:
            async with new_client() as client:
                return await behave(Player("tiny", client, handler), played, route, mode)

        session = asyncio.run(through())
    return session, judged(session)


def faults(found: Judged) -> set[str]:
    """Ids of the rules that were broken."""
    return {one.rule for _, one in found.findings if one.severity != "info"}


@pytest.mark.parametrize(
    ("make", "played", "mode"),
    [
        (Gateway, INCREMENTAL, "stream"),
        (Gateway, scenario("behaviour-first-event"), "stream"),
        (Gateway, LEAVING, "stream"),
        (Gateway, CROSSTALK, "stream"),
        (Gateway, REPEAT, "stream"),
        (Gateway, REPEAT, "whole"),
        (Gateway, FOLD, "stream"),
    ],
)
def test_a_gateway_that_passes_everything_on_is_clean(make: Make, played: Scenario, mode: str) -> None:
    """Nothing is found, and the behaviour counts as judged."""
    _, found = play(make, played, mode)
    assert faults(found) == set()
    assert (found.status, found.reason) == (CellStatus.PASSED, None)


@pytest.mark.parametrize("make", [Buffers, BuffersPairs])
def test_a_gateway_that_holds_pieces_back_is_caught(make: Make) -> None:
    """It is told by what came after what, and the longest wait is known."""
    session, found = play(make, replace(INCREMENTAL, gap_us=30_000))
    assert faults(found) == {"XLAT-STREAM-004"}
    assert found.status is CellStatus.WARNED
    assert found.gaps is not None
    assert found.gaps >= 20
    assert session.client[0].exchange.response is not None


def test_a_gateway_that_never_leaves_its_upstream_is_caught() -> None:
    """The upstream was read to its end by nobody's order."""
    _, found = play(Deaf, LEAVING)
    assert faults(found) == {"XLAT-STREAM-005"}
    assert found.status is CellStatus.WARNED
    assert found.left is None
    assert "to its end" in found.findings[-1][1].message


def test_how_soon_the_upstream_is_left_is_told() -> None:
    """A second is not yet a fault."""
    _, found = play(Late, LEAVING)
    assert faults(found) == set()
    assert found.left is not None
    assert found.left >= 1_000


@pytest.mark.parametrize(
    ("make", "place"),
    [(Mixes, "another session in the"), (MixesIds, "another session in the answer")],
)
def test_a_gateway_that_mixes_sessions_is_caught(make: Make, place: str) -> None:
    """The word of one session stands in what another one sees."""
    _, found = play(make, CROSSTALK)
    assert "XLAT-STREAM-006" in faults(found)
    assert found.status is CellStatus.FAILED
    assert any(one.subject.startswith(place) for _, one in found.findings)


@pytest.mark.parametrize("make", [Random, RandomMember])
@pytest.mark.parametrize("mode", ["stream", "whole"])
def test_a_gateway_that_draws_its_answers_is_caught(make: Make, mode: str) -> None:
    """The same request has two answers."""
    _, found = play(make, REPEAT, mode)
    assert "XLAT-STREAM-002" in faults(found)
    assert found.status is CellStatus.FAILED


def test_a_gateway_whose_whole_answer_is_another_is_caught() -> None:
    """The finding says which part differs, at the whole answer."""
    _, found = play(OtherWhole, FOLD)
    assert "XLAT-STREAM-001" in faults(found)
    assert found.status is CellStatus.FAILED
    number, told = next(one for one in found.findings if one[1].rule == "XLAT-STREAM-001")
    assert number == 1
    assert "calls" in told.message


@pytest.mark.parametrize("target", [Builtin(), Replayer()], ids=lambda one: one.name)
def test_the_built_in_gateway_and_the_control_behave(target: Any, tmp_path: Path) -> None:
    """Every behaviour over every way through it passes."""
    handler = ScenarioUpstream()
    every = [INCREMENTAL, LEAVING, CROSSTALK, REPEAT, FOLD]
    with (
        ServerThread(handler, grace=0.0) as upstream,
        target.run(upstream.url, tmp_path, tmp_path) as running,
    ):
        routes = running.routes[2:6:3] or running.routes

        async def through() -> list[Played]:
            async with new_client() as client:
                player = Player(target.name, client, handler)
                jobs: list[Awaitable[Played]] = [
                    behave(player, one, route, mode)
                    for route in routes
                    for one in every[:2]
                    for mode in one.modes
                ]
                first = await asyncio.gather(*jobs)
                rest = [
                    await behave(player, one, route, mode)
                    for route in routes
                    for one in every[2:]
                    for mode in one.modes
                ]
                return [*first, *rest]

        cells = asyncio.run(through())
    found = {one.cell: judged(one) for one in cells}
    assert {cell: (one.status, faults(one)) for cell, one in found.items()} == {
        cell: (CellStatus.PASSED, set()) for cell in found
    }
    assert handler.strays == []

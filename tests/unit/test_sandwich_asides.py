"""What gateways do beside what they are asked: their own requests upstream, and every third answer that never comes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.io.server.threaded import ServerThread
from harness.results.result import CellStatus
from harness.sandwich.behaviours import judged
from harness.sandwich.upstream import STRAYS, ScenarioUpstream
from harness.scenarios.mark import mark
from harness.scenarios.registry import scenario
from tests.unit.test_sandwich_behaviours import Gateway, faults, play

if TYPE_CHECKING:
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder


class Guards(Gateway):
    """Has each prompt looked at by a model before it passes it on, without the client's tools."""

    async def asked(self, body: bytes) -> bytes:
        """Ask twice."""
        said = json.dumps(json.loads(body)["messages"])
        question = {"model": "guard", "messages": [{"role": "user", "content": f"Is this safe? {said}"}]}
        await self.client.post(f"{self.upstream}/v1/chat/completions", json=question)
        return body


class HangsUp(Gateway):
    """Leaves every third request unanswered, once upstream has answered."""

    count = 0

    async def answer(self, body: bytes, responder: Responder) -> None:
        """Or answer."""
        self.count += 1
        if self.count % 3:
            await super().answer(body, responder)
            return
        await self.client.post(f"{self.upstream}/v1/chat/completions", content=body)
        responder.cut()


class Sticky(Gateway):
    """Marks its clients with a cookie, and notes which of them come back."""

    def __call__(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        """Look at the request."""
        COOKIES.append(head.field(b"cookie"))
        super().__call__(head, body, responder)

    async def answer(self, body: bytes, responder: Responder) -> None:
        """With a cookie."""
        async with self.client.stream("POST", f"{self.upstream}/v1/chat/completions", content=body) as answer:
            kind = answer.headers["content-type"]
            responder.start(
                answer.status_code, "", [("content-type", kind), ("set-cookie", "who=you; Path=/")]
            )
            await self.passed(answer, responder.write)
        responder.finish()


COOKIES: list[str] = []


def test_no_session_is_known_again_by_the_cookie_of_another_one() -> None:
    """Each is a client of its own."""
    COOKIES.clear()
    _, found = play(Sticky, scenario("behaviour-repeat"))
    assert found.status is CellStatus.PASSED
    assert COOKIES == ["", ""]


@pytest.mark.parametrize("mode", ["stream", "whole"])
@pytest.mark.parametrize("name", ["tool-one-call", "text-plain", "tool-loop"])
def test_who_asks_upstream_for_itself_is_not_blamed_for_what_it_asks(name: str, mode: str) -> None:
    """Our upstream answers a guard with calls as well, though it was offered no tool."""
    session, found = play(Guards, scenario(name), mode)
    assert len(session.upstream) == 2 * len(session.client)
    assert (found.status, faults(found)) == (CellStatus.PASSED, set())


def test_of_several_tries_one_that_is_never_answered_is_told() -> None:
    """However well the others were."""
    session, found = play(HangsUp, scenario("behaviour-first-event"))
    assert session.client[0].exchange.response is None
    assert found.status is CellStatus.FAILED
    assert found == judged(session)


def test_requests_without_a_session_are_told_by_kind_and_not_without_end() -> None:
    """A gateway may look whether its upstream is well, every second or each time in another place."""
    handler = ScenarioUpstream()

    async def ask(url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(3):
                await client.post(f"{url}/v1/chat/completions", json={"messages": []})
            for number in range(STRAYS + 5):
                await client.post(f"{url}/v1/{number}", json={})

    with ServerThread(handler, grace=0.0) as upstream:
        asyncio.run(ask(upstream.url))
    assert handler.strays[:2] == [
        "POST /v1/chat/completions: no session has its mark",
        "POST /v1/0: no dialect has such a path",
    ]
    assert len(handler.strays) == STRAYS


def test_a_session_that_ends_while_its_upstream_is_asked_does_no_harm() -> None:
    """The player is on another thread: between two looks its plan may be gone."""

    class Fleeting(dict[str, Any]):
        """Has each mark when it is asked whether it has, and no more when it is to give it."""

        def __contains__(self, name: object) -> bool:
            return True

    handler = ScenarioUpstream()
    handler.plans = Fleeting()
    with ServerThread(handler, grace=0.0) as upstream:
        url = f"{upstream.url}/v1/chat/completions"
        answer = httpx.post(url, json={"messages": [{"role": "user", "content": mark("x")}]}, trust_env=False)
    assert answer.status_code == 404
    assert handler.strays == ["POST /v1/chat/completions: no session has its mark"]

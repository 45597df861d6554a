"""What a client must be told when its upstream fails, held against the checker and against plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import check_of, judge
from harness.findings import Severity
from harness.gateway.limits import Limits
from harness.turn.reading import turn_of
from tests.gatewaying import payloads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.jobs.serve import GatewayServer
    from harness.turn.turn import Turn

MEMBERS = {"message", "type", "param", "code"}
"""Of OpenAI's error object."""


LIMIT = 1.5
"""Seconds of each limit, where silence is tested."""

PATIENCE = 15.0
"""Seconds after which a client has been left hanging, on a machine that is busy with all of them."""

SHORT = Limits(connect=LIMIT, first_byte=LIMIT, idle=LIMIT, total=4 * LIMIT)

ENDINGS = {"/chat/completions": "chat", "/responses": "responses"}


def told(exchange: Exchange, dialect: str, upstream: Exchange | None = None) -> dict[str, Any]:
    """The error in a client's answer.

    Args:
        exchange: The client's half.
        dialect: What the client speaks.
        upstream: The other half, where it is a recording: what is wrong with what it said before it failed, and
            reached the client, is its own.

    Raises:
        AssertionError: It is told in a way that clients of the dialect do not know, or as a success as well.
    """
    response = exchange.response
    assert response is not None, "the client got no answer"
    body = b"".join(chunk.data for chunk in response.chunks)
    found = complaints(exchange, dialect)
    if found and upstream is not None:
        inherited = {one.partition(":")[0] for one in complaints(upstream)}
        if any(one.startswith("SSE-UTF8-") for one in inherited):
            inherited.add("SSE-UTF8-002")  # U+FFFD stands for what was no character
        found = [one for one in found if one.partition(":")[0] not in inherited]
    assert not found, found
    if response.status >= 400:
        value = json.loads(body)
        assert set(value) == {"error"}
        return _checked(value["error"])
    text = body.decode()
    every = list(payloads(text))
    assert dict(response.headers)["content-type"].startswith("text/event-stream"), (
        "an error sent as a success"
    )
    assert "[DONE]" not in text, "a stream that failed ends as if it were whole"
    last = every[-1]
    if dialect == "chat":
        assert set(last) == {"error"}, "something comes after the error"
        return _checked(last["error"])
    assert last["type"] == "response.failed", "something comes after the error"
    assert last["response"]["status"] == "failed"
    assert [one["sequence_number"] for one in every] == list(range(len(every)))
    error: dict[str, Any] = last["response"]["error"]
    assert set(error) == {"code", "message"}
    assert isinstance(error["code"], str)
    assert error["message"]
    return error


def _checked(error: dict[str, Any]) -> dict[str, Any]:
    assert set(error) == MEMBERS
    assert isinstance(error["message"], str)
    assert error["message"]
    assert isinstance(error["type"], str)
    assert error["code"] is None or isinstance(error["code"], str)
    return error


def complaints(exchange: Exchange, dialect: str = "auto") -> list[str]:
    """The errors and warnings that the checker finds in a client's answer."""
    found = judge(exchange, dialect=dialect).findings
    return [f"{one.rule}: {one.message}" for one in found if one.severity is not Severity.INFO]


def turn(exchange: Exchange, dialect: str) -> Turn | None:
    """What the checker reads in an answer, without the engine's help; None where there is nothing to read."""
    check = check_of(exchange, dialect=dialect) if exchange.response is not None else None
    return turn_of(dialect, check.case.stream) if check is not None else None


def asked(server: GatewayServer, ending: str, body: dict[str, Any]) -> tuple[httpx.Response, Exchange]:
    """Be a client; it waits longer than any limit."""
    given = httpx.post(server.base_url + ending, json=body, timeout=60)
    request = Request("POST", str(given.url), tuple(given.request.headers.items()), given.request.content)
    response = Response(given.status_code, tuple(given.headers.items()), (Chunk(0, given.content),))
    return given, Exchange(0, request, response, Ending(How.COMPLETE, 1))


def clients() -> Iterable[tuple[str, str, bool]]:
    """Every path, dialect and way of being answered."""
    for ending, inbound in ENDINGS.items():
        for stream in (True, False):
            yield ending, inbound, stream


def some_clients(turn: int) -> Iterable[tuple[str, str, bool]]:
    """Half of them, in turn: each dialect, once streamed and once whole."""
    every = list(clients())
    return every[1:3] if turn % 2 else every[::3]

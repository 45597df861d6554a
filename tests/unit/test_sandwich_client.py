"""The client of the sandwich reads what a target sends, and no more than anybody could want."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.cassettes.exchange import How
from harness.sandwich.client import ENDLESS, ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.cassettes.exchange import Exchange

KIND = {"content-type": "text/event-stream"}


def answered(piece: bytes, pieces: int) -> Exchange:
    """What is kept of an answer of so many pieces."""

    async def body() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield piece

    async def asking() -> Exchange:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=KIND, content=body()))
        async with httpx.AsyncClient(transport=transport) as client:
            return await ask(client, "http://target.invalid/v1", (), b"{}", seconds=60)

    return asyncio.run(asking())


@pytest.mark.parametrize(
    ("event", "told"),
    [
        pytest.param(b"data: {}\n\n", "100,000 events came, and no end", id="small events"),
        pytest.param(b"data: {}\r\n\r\n", "100,000 events came, and no end", id="small events with CRLF"),
        pytest.param(b"data: " + b"x" * 4_000, "16,777,216 bytes came, and no end", id="one event"),
    ],
)
def test_of_a_body_without_end_only_the_beginning_is_judged(event: bytes, told: str) -> None:
    """A flood of small events would take its judge minutes, and say nothing that the first of them do not."""
    exchange = answered(event * 100, 5_000)
    assert exchange.ending.how is How.TIMEOUT
    assert exchange.ending.exception == ENDLESS
    assert exchange.ending.message == told
    assert exchange.response is not None
    kept = b"".join(chunk.data for chunk in exchange.response.chunks)
    assert (event * 100 * 5_000).startswith(kept)
    assert 64 * 1024 <= len(kept) < 64 * 1024 + 100 * len(event)


def test_a_long_answer_is_kept_whole() -> None:
    """As long as it has an end."""
    event = b'data: {"choices":[]}\n\n'
    exchange = answered(event * 10, 9_000)
    assert exchange.ending.how is How.COMPLETE
    assert exchange.response is not None
    assert sum(len(chunk.data) for chunk in exchange.response.chunks) == len(event) * 90_000

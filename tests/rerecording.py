"""Recording a replay: a tape plays a cassette under a client, and a second tape records what it plays."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import harness
from harness.cassettes.exchange import How

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import ModuleType

    from harness.cassettes.exchange import Exchange

LEAVES = {How.CLIENT_CLOSE, How.CANCELLED}
"""Endings that a client makes, so that one that is to end so must do the same."""


def chunks_of(exchange: Exchange) -> list[bytes]:
    """The body as it was cut on the wire."""
    return [chunk.data for chunk in exchange.response.chunks] if exchange.response is not None else []


def rows_without_times(path: Path) -> list[dict[str, Any]]:
    """The rows of a cassette without times, and without the seal's hash, which covers them."""
    rows = []
    for line in path.read_bytes().splitlines():
        row = json.loads(line)
        for name in {"head": ("recorded",), "seal": ("sha256",)}.get(row["k"], ("t", "at")):
            row.pop(name, None)
        rows.append(row)
    return rows


def _request(module: ModuleType, exchange: Exchange) -> Any:
    sent = exchange.request
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    return module.Request(sent.method, sent.url, headers=fields, content=sent.body)


def ask_again(
    client: Any, module: ModuleType, exchange: Exchange, before_leaving: Callable[[], object] = bool
) -> list[bytes]:
    """Send a recorded request again, read as much as its client did, end as it did; give what came.

    Args:
        client: A client of `module`.
        module: `httpx` or `httpx2`.
        exchange: What was recorded.
        before_leaving: Called when all that is wanted was read and the response is still open.

    Raises:
        TransportError: The transport's, where the exchange did not end well.
    """
    leaves = exchange.ending.how in LEAVES
    wanted = sum(map(len, chunks_of(exchange)))
    received: list[bytes] = []
    response = client.send(_request(module, exchange), stream=True)
    try:
        if not leaves or wanted:
            for data in response.iter_raw():
                received.append(data)
                wanted -= len(data)
                if leaves and wanted <= 0:
                    break
        before_leaving()
    except module.TransportError:
        assert exchange.ending.how is not How.COMPLETE
    finally:
        response.close()
    return received


async def ask_again_async(client: Any, module: ModuleType, exchange: Exchange) -> list[bytes]:
    """The same with an async client; where the first client's task was cancelled, so is this one's."""
    if exchange.ending.how is not How.CANCELLED:
        return await _ask(client, module, exchange, [])
    received: list[bytes] = []
    task = asyncio.create_task(_ask(client, module, exchange, received))
    wanted = sum(map(len, chunks_of(exchange)))
    while sum(map(len, received)) < wanted:  # noqa: ASYNC110 - nothing is waited for but a turn
        await asyncio.sleep(0)
    for _ in range(3):  # lets the task come to where it waits for what never comes
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    return received


async def _ask(client: Any, module: ModuleType, exchange: Exchange, received: list[bytes]) -> list[bytes]:
    leaves = exchange.ending.how is How.CLIENT_CLOSE
    wanted = sum(map(len, chunks_of(exchange)))
    response = await client.send(_request(module, exchange), stream=True)
    try:
        if not leaves or wanted:
            async for data in response.aiter_raw():
                received.append(data)
                wanted -= len(data)
                if leaves and wanted <= 0:
                    break
    except module.TransportError:
        assert exchange.ending.how is not How.COMPLETE
    finally:
        await response.aclose()
    return received


def rerecord(
    source: Path, into: Path, module: ModuleType, *, asynchronous: bool = False, raw_encoding: bool = True
) -> list[list[bytes]]:
    """Replay a cassette in-process and record what comes; give what the client got, in order.

    Args:
        source: What is replayed, request by request.
        into: Where the recording goes.
        module: `httpx` or `httpx2`.
        asynchronous: Use the module's async client.
        raw_encoding: Record the client's own `accept-encoding`.
    """
    exchanges = harness.read_cassette(source).exchanges
    with (
        harness.cassette(source, mode="none") as played,
        harness.cassette(into, mode="rewrite", raw_encoding=raw_encoding) as tape,
    ):
        transport = tape.transport(module, inner=played.transport(module))
        if asynchronous:
            received = asyncio.run(_all_async(module, transport, exchanges))
        else:
            with module.Client(transport=transport) as client:
                received = [_one(client, module, exchange) for exchange in exchanges]
        assert not played.unplayed
    return received


def _one(client: Any, module: ModuleType, exchange: Exchange) -> list[bytes]:
    try:
        return ask_again(client, module, exchange)
    except module.TransportError:
        assert exchange.response is None
        return []


async def _all_async(module: ModuleType, transport: Any, exchanges: Sequence[Exchange]) -> list[list[bytes]]:
    received = []
    async with module.AsyncClient(transport=transport) as client:
        for exchange in exchanges:
            try:
                received.append(await ask_again_async(client, module, exchange))
            except module.TransportError:
                assert exchange.response is None
                received.append([])
    return received

"""Clients that read raw chunks, and a server that sends them one by one."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.scripted import LAST_CHUNK, SSE_HEAD, http_chunk

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    import harness


SNOWMAN = 'data: {"text":"☃ wörld"}\n\n'.encode()


PIECES = [b"data: one\n\n", SNOWMAN[:15], SNOWMAN[15:16], SNOWMAN[16:], b"data: [DONE]\n\n"]


def stream_of(pieces: Iterable[bytes]) -> Callable[[socket.socket, bytes], None]:
    """A script that sends pieces as HTTP chunks, each in a packet of its own, and ends properly."""
    waiting = threading.Event()

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        for piece in pieces:
            connection.sendall(http_chunk(piece))
            waiting.wait(0.005)  # lets the client's read return, so that every piece is a read of its own
        connection.sendall(LAST_CHUNK)

    return script


def read_sync(
    tape: harness.Tape, module: Any, url: str, **options: Any
) -> tuple[list[bytes], Exception | None]:
    """The raw chunks that a sync client gets, and the error that ended them."""
    chunks: list[bytes] = []
    with tape.client(module, **options) as client:
        try:
            with client.stream("POST", url, json={"stream": True}) as response:
                for data in response.iter_raw():
                    chunks.append(data)  # noqa: PERF402 - what came before an error counts
        except module.TransportError as error:
            return chunks, error
    return chunks, None


def read_async(
    tape: harness.Tape, module: Any, url: str, **options: Any
) -> tuple[list[bytes], Exception | None]:
    """The same with an async client."""

    async def read() -> tuple[list[bytes], Exception | None]:
        chunks: list[bytes] = []
        async with tape.async_client(module, **options) as client:
            try:
                async with client.stream("POST", url, json={"stream": True}) as response:
                    async for data in response.aiter_raw():
                        chunks.append(data)  # noqa: PERF401 - what came before an error counts
            except module.TransportError as error:
                return chunks, error
        return chunks, None

    return asyncio.run(read())


READERS = [pytest.param(read_sync, id="sync"), pytest.param(read_async, id="async")]

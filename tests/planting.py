"""Servers that plant a secret, routes that record them, and somebody who looks for it in every file meanwhile."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import httpx
import httpx2
import pytest

import harness
from harness.jobs.record import record_server
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from tests.invented_secrets import Visit


class Watch:
    """Looks for a secret in all that lies in a folder, in any form and also in pieces.

    Args:
        folder: Where a recorder writes.
        secret: What must not be there.
    """

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        raw = secret.encode()
        forms = {
            raw,
            json.dumps(secret)[1:-1].encode(),
            json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        }
        forms |= {quote(secret, safe="").encode(), quote(secret).encode(), quote_plus(secret).encode()}
        for pad in range(3):
            text = base64.b64encode(bytes(pad) + raw)[(8 * pad + 5) // 6 : (pad + len(raw)) * 8 // 6]
            forms |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
        # A third of it is too much as well. Its beginning says only what kind of secret it is.
        size = max(len(raw) // 3, 8)
        forms |= {raw[at : at + size] for at in range(min(8, len(raw) - size), len(raw) - size + 1)}
        self._forms = forms
        self._read: dict[Path, int] = {}
        self._open: dict[tuple[Path, int], bytearray] = {}
        self.looks = 0

    def look(self) -> None:
        """Search what was written since the last look, row by row and body by body."""
        self.looks += 1
        for path in sorted(self._folder.iterdir()):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                data = file.read()
            data = data[: data.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(data)
            self._search(data, path)
            for line in data.splitlines():
                self._follow(path, json.loads(line))

    def _follow(self, path: Path, row: dict[str, Any]) -> None:
        if row["k"] in {"c", "ev", "body", "req"}:
            text = row.get("s", row.get("text"))
            data = text.encode() if text is not None else base64.b64decode(row.get("b64", ""))
            if row["k"] == "req":
                self._search(data, path)
                return
            body = self._open.setdefault((path, row["i"]), bytearray())
            body += data
            self._search(bytes(body), path)

    def _search(self, data: bytes, path: Path) -> None:
        for form in self._forms:
            at = data.find(form)
            assert at < 0, f"{form!r} is in {path.name}: {data[max(at - 80, 0) : at + 100]!r}"


class Planted:
    """A transport that answers the nth request with the nth visit; sync and async."""

    def __init__(self, module: ModuleType, planned: list[Visit], look: Callable[[], None]) -> None:
        self._module = module
        self._planned = iter(planned)
        self._look = look

    def handle_request(self, request: Any) -> Any:  # noqa: ARG002 - a transport's signature
        """The next visit's answer."""
        visit = next(self._planned)
        self._look()
        return self._module.Response(
            200,
            headers=list(visit.fields),
            stream=PlantedStream(self._module, visit, self._look),
            extensions={"reason_phrase": visit.reason.encode("latin-1"), "http_version": b"HTTP/1.1"},
        )

    async def handle_async_request(self, request: Any) -> Any:
        """The same."""
        return self.handle_request(request)

    def close(self) -> None:
        """Nothing is open."""

    async def aclose(self) -> None:
        """Nothing is open."""


class PlantedStream:
    """A visit's chunks, with a look at the recorder's files before, between and after them."""

    def __init__(self, module: ModuleType, visit: Visit, look: Callable[[], None]) -> None:
        self._module = module
        self._visit = visit
        self._look = look

    def __iter__(self) -> Iterator[bytes]:
        for data in self._visit.chunks:
            self._look()
            yield data
        self._look()
        if self._visit.error:
            raise self._module.ReadError(self._visit.error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for data in self:
            yield data

    def close(self) -> None:
        """Look once more."""
        self._look()

    async def aclose(self) -> None:
        """Look once more."""
        self._look()


def through_tape(path: Path, planned: list[Visit], watch: Watch) -> list[bytes]:
    """Record visits through a tape with a sync client; what the client got."""
    received = []
    with harness.cassette(path) as tape:
        transport = tape.transport(httpx, inner=Planted(httpx, planned, watch.look))
        with httpx.Client(transport=transport) as client:
            for number, visit in enumerate(planned):
                body = b""
                with (
                    contextlib.suppress(httpx.ReadError),
                    client.stream("POST", url("http://h.example", number, visit), **sent(visit)) as response,
                ):
                    assert response.reason_phrase == visit.reason
                    for data in response.iter_raw():
                        body += data
                received.append(body)
    return received


def through_async_tape(path: Path, planned: list[Visit], watch: Watch) -> list[bytes]:
    """The same with an async client of the other module."""

    async def run() -> list[bytes]:
        received = []
        async with harness.cassette(path) as tape:
            transport = tape.transport(httpx2, inner=Planted(httpx2, planned, watch.look))
            async with httpx2.AsyncClient(transport=transport) as client:
                for number, visit in enumerate(planned):
                    body = b""
                    with contextlib.suppress(httpx2.ReadError):
                        request = client.stream("POST", url("http://h.example", number, visit), **sent(visit))
                        async with request as response:
                            async for data in response.aiter_raw():
                                body += data
                    received.append(body)
        return received

    return asyncio.run(run())


def through_proxy(path: Path, planned: list[Visit], watch: Watch) -> list[bytes]:
    """The same through a record proxy, which waits for the client between any two chunks."""
    seen = threading.Semaphore(0)

    def script(connection: Any, request: bytes) -> None:
        visit = planned[int(request.split(b" ", 2)[1].split(b"?")[0].rsplit(b"/", 1)[1])]
        head = f"HTTP/1.1 200 {visit.reason}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in visit.fields
        )
        connection.sendall(head.encode("latin-1") + b"Transfer-Encoding: chunked\r\n\r\n")
        for data in visit.chunks:
            connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))
            assert seen.acquire(timeout=60)
        if visit.error:
            connection.sendall(b"no chunk: " + visit.error.encode() + b"\r\n")
            connection.close()
        else:
            connection.sendall(b"0\r\n\r\n")

    received = []
    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path) as proxy, httpx.Client() as client:
            for number, visit in enumerate(planned):
                body = b""
                with (
                    contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError),
                    client.stream("POST", url(proxy.url, number, visit), **sent(visit)) as response,
                ):
                    for data in response.iter_raw():
                        body += data
                        watch.look()
                        seen.release()
                received.append(body)
        assert not proxy.summary().refusals
        assert not upstream.errors
    return received


def url(base: str, number: int, visit: Visit) -> str:
    """Where a visit goes."""
    return f"{base}/v1/{number}" + (f"?{visit.query}" if visit.query else "")


def sent(visit: Visit) -> dict[str, Any]:
    """What is sent there."""
    return {"headers": dict(visit.headers), "content": visit.body}


ROUTES = [
    pytest.param(through_tape, id="tape"),
    pytest.param(through_async_tape, id="async-tape"),
    pytest.param(through_proxy, id="proxy"),
]

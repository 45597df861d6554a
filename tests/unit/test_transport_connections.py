"""What reaches the network under a tape: one transport a kind and proxy, made late, closed by whom it should be."""

from __future__ import annotations

import asyncio
import importlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.io.files import read_cassette
from tests.reading_raw import stream_of
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["httpx", "httpx2"])
def module(request: pytest.FixtureRequest) -> Any:
    """Each of the two modules."""
    return importlib.import_module(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


@pytest.fixture
def url() -> Iterator[str]:
    """A server that answers with one event."""
    with ScriptedServer(stream_of([b"data: 1\n\n"])) as server:
        yield server.url


class Seen:
    """Which transports were made, and which of them were closed."""

    def __init__(self, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.closed: list[str] = []
        for kind, close in (("HTTPTransport", "close"), ("AsyncHTTPTransport", "aclose")):
            monkeypatch.setattr(module, kind, self._watched(getattr(module, kind), kind, close))

    def _watched(self, base: Any, kind: str, close: str) -> type[Any]:
        def made(_: Any, **options: Any) -> None:
            self.made.append((kind, options))
            threading.Event().wait(0.02)  # lets other threads come in between
            base.__init__(_, **{name: value for name, value in options.items() if name != "proxy"})

        def closed(transport: Any) -> Any:
            self.closed.append(kind)
            return getattr(base, close)(transport)

        return type(kind, (base,), {"__init__": made, close: closed})

    @property
    def kinds(self) -> list[str]:
        """The kinds of those that were made."""
        return [kind for kind, _ in self.made]


@pytest.fixture
def seen(module: Any, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Watches the module; clients are made after their own default transports need no watching."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return Seen(module, monkeypatch)


def test_one_transport_serves_a_sync_and_an_async_client(
    module: Any, path: Path, url: str, seen: Seen
) -> None:
    """Each records through a connection of its own kind, which its own way of closing closes."""
    with harness.cassette(path) as tape:
        transport = tape.transport(module)
        with module.Client(transport=transport) as client:
            assert client.get(url).text == "data: 1\n\n"

            async def read() -> str:
                async with module.AsyncClient(transport=transport) as other:
                    answer: str = (await other.get(url)).text
                    return answer

            assert asyncio.run(read()) == "data: 1\n\n"
            assert seen.closed == ["AsyncHTTPTransport"]
            assert client.get(url).text == "data: 1\n\n"

    assert seen.kinds == ["HTTPTransport", "AsyncHTTPTransport"]
    assert sorted(seen.closed) == ["AsyncHTTPTransport", "HTTPTransport"]
    assert len(read_cassette(path).exchanges) == 3


def test_many_threads_on_one_client_share_one_transport(
    module: Any, path: Path, url: str, seen: Seen
) -> None:
    """None is made that nothing closes."""
    with harness.cassette(path) as tape, tape.client(module) as client:
        threads = [threading.Thread(target=client.get, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    assert seen.kinds == ["HTTPTransport"]
    assert seen.closed == ["HTTPTransport"]
    assert len(read_cassette(path).exchanges) == 8


def test_the_tape_closes_what_no_client_closed(module: Any, path: Path, url: str, seen: Seen) -> None:
    """A test that forgets leaves no connection open."""

    async def read() -> None:
        async with harness.cassette(path) as tape:
            await tape.async_client(module).get(url)

    with harness.cassette(path, mode="rewrite") as tape:
        tape.client(module).get(url)
    assert seen.closed == ["HTTPTransport"]
    path.unlink()
    asyncio.run(read())

    assert seen.closed == ["HTTPTransport", "AsyncHTTPTransport"]


def test_a_transport_of_the_users_own_is_closed_by_its_client_alone(
    module: Any, path: Path, url: str, seen: Seen
) -> None:
    """The tape did not make it."""
    inner = module.HTTPTransport()
    with harness.cassette(path) as tape:
        module.Client(transport=tape.transport(module, inner=inner)).get(url)
    assert seen.closed == []
    inner.close()


@pytest.mark.parametrize(
    ("options", "proxy"),
    [
        ({}, "http://127.0.0.1:9"),
        ({"trust_env": True}, "http://127.0.0.1:9"),
        ({"trust_env": False}, None),
        ({"proxy": None}, None),
    ],
)
def test_the_environments_proxy_is_used_where_the_client_would_use_it(
    module: Any,
    path: Path,
    url: str,
    seen: Seen,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    proxy: str | None,
) -> None:
    """`trust_env=False` asks for no environment; the client itself hears of it too."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with harness.cassette(path) as tape, tape.client(module, **options) as client:
        client.get(url)
        assert client.trust_env is options.get("trust_env", True)

    ((_, given),) = seen.made
    assert given.get("proxy") == proxy

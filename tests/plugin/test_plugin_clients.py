"""Clients that code under test makes for itself are on the test's cassette: those, and no others."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import harness
from harness.errors import UsageError
from harness.testing.clients import clients_on
from tests.pytesting import GONE, STREAM, asking, cassettes, on_cassette, run

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


httpx2 = pytest.importorskip("httpx2")

BOTH = pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])


@pytest.fixture
def url(url: str) -> str:
    """Where a live upstream is asked."""
    return f"{url}/v1/chat/completions"


@pytest.fixture
def recorded(tmp_path: Path, url: str) -> Path:
    """A cassette with one exchange."""
    path = tmp_path / "recorded.cassette.jsonl"
    with on_cassette(path):
        httpx.post(url, json={})
    return path


@BOTH
def test_functions_of_the_module_are_on_the_cassette(recorded: Path, module: Any) -> None:
    """They make a client for each call."""
    with on_cassette(recorded):
        assert module.post(GONE, json={}).content == STREAM
    with on_cassette(recorded), module.stream("POST", GONE, json={}) as answer:
        assert b"".join(answer.iter_raw()) == STREAM


@BOTH
def test_async_clients_are_on_the_cassette(recorded: Path, module: Any) -> None:
    """Whatever loop they run in."""

    async def ask() -> bytes:
        async with module.AsyncClient() as client:
            answer = await client.post(GONE, json={})
            return bytes(answer.content)

    with on_cassette(recorded):
        assert asyncio.run(ask()) == STREAM


@BOTH
def test_clients_of_a_derived_class_are_on_the_cassette(recorded: Path, module: Any) -> None:
    """As SDKs derive theirs, with a constructor of their own."""

    class Derived(module.Client):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(headers={"x": "y"}, **options)

    with on_cassette(recorded), Derived(base_url="http://127.0.0.1:9") as client:
        assert client.post("/v1/chat/completions", json={}).content == STREAM
        assert client.headers["x"] == "y"


@BOTH
def test_a_transport_that_is_given_is_what_is_recorded_through(tmp_path: Path, url: str, module: Any) -> None:
    """As one that tries again, or has options for its sockets; on replay it is not asked."""
    asked = []

    class Through(module.HTTPTransport):  # type: ignore[misc]
        def handle_request(self, request: Any) -> Any:
            asked.append(request)
            return super().handle_request(request)

    path = tmp_path / "it.cassette.jsonl"
    for options in ({"transport": Through()}, {"mounts": {"all://": Through()}}) * 2:
        with on_cassette(path), module.Client(**options) as client:
            assert client.post(url, json={}).content == STREAM
        path = (
            path.with_name("mounted.cassette.jsonl")
            if "transport" in options
            else tmp_path / "it.cassette.jsonl"
        )

    assert len(asked) == 2


def test_a_proxy_counts_before_the_transport_that_is_given(tmp_path: Path) -> None:
    """Otherwise the client would send everything through the proxy, and past the cassette."""
    with (
        on_cassette(tmp_path / "it.cassette.jsonl") as made,
        httpx.Client(proxy="http://127.0.0.1:9", transport=httpx.HTTPTransport()) as client,
    ):
        with pytest.raises(httpx.ConnectError):
            client.post("http://example.test/v1", json={})
        assert made.tape.recorded == 1


@BOTH
def test_transports_that_reach_no_network_are_left_alone(tmp_path: Path, module: Any) -> None:
    """Whoever gives one to a client means it; so does whoever gives one of another tape."""
    mock = module.MockTransport(lambda _: module.Response(204))

    def app(environ: Any, start: Any) -> list[bytes]:
        start("202 Accepted", [])
        return [b""]

    other = tmp_path / "other.cassette.jsonl"
    with on_cassette(tmp_path / "it.cassette.jsonl") as made, harness.cassette(other) as second:
        with module.Client(transport=mock) as client:
            assert client.get("http://a.test").status_code == 204
        with module.Client(mounts={"all://a.test": mock}) as client:
            assert client.get("http://a.test").status_code == 204
        with module.Client(transport=module.WSGITransport(app=app)) as client:
            assert client.get("http://a.test").status_code == 202
        for own in (second.client(module), module.Client(transport=second.transport(module))):
            with own, pytest.raises(module.ConnectError):
                own.get("http://127.0.0.1:9")
        assert made.tape.recorded == 0
        assert second.recorded == 2


def test_servers_of_this_package_are_not_on_the_cassette(tmp_path: Path, url: str) -> None:
    """A gateway in the test asks its upstream itself; what the test asks the gateway is recorded."""
    with (
        on_cassette(tmp_path / "it.cassette.jsonl") as made,
        harness.record_server(
            url.removesuffix("/v1/chat/completions"), tmp_path / "other.cassette.jsonl"
        ) as server,
    ):
        assert httpx.post(f"{server.url}/v1/chat/completions", json={}).content == STREAM
        assert made.tape.recorded == 1


@BOTH
def test_hosts_can_be_reached_past_the_cassette(tmp_path: Path, url: str, module: Any) -> None:
    """As with vcrpy's `ignore_hosts`."""
    path = tmp_path / "it.cassette.jsonl"
    with on_cassette(path, ignore_hosts=["127.0.0.1", "::1"]) as made:
        assert module.post(url, json={}).content == STREAM
        assert made.tape.recorded == 0
    assert not path.exists()


@BOTH
def test_constructors_are_their_own_before_and_after(tmp_path: Path, module: Any) -> None:
    """Also where the test ends with an error."""
    own = [vars(kind)[name] for kind in (module.Client, module.AsyncClient) for name in ("__init__", "send")]

    def fail() -> None:
        with on_cassette(tmp_path / "it.cassette.jsonl"):
            assert module.Client.__init__ not in own
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert own == [
        vars(kind)[name] for kind in (module.Client, module.AsyncClient) for name in ("__init__", "send")
    ]


def test_a_module_that_a_test_imports_late_is_met_when_it_is(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that nobody imports is not loaded."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "httpx2"]:
        monkeypatch.delitem(sys.modules, name)
    finders = list(sys.meta_path)

    with on_cassette(recorded):
        assert "httpx2" not in sys.modules
        import httpx2 as anew  # noqa: PLC0415 - what this is about

        assert anew is not httpx2
        assert anew.post(GONE, json={}).content == STREAM
        assert sys.meta_path != finders or "httpx2" in sys.modules

    assert sys.meta_path == finders
    monkeypatch.undo()


def test_two_cassettes_cannot_be_under_the_same_clients(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Which one would a new client be on?"""
    with (
        on_cassette(tmp_path / "one.cassette.jsonl"),
        harness.cassette(tmp_path / "two.cassette.jsonl") as second,
    ):
        with pytest.raises(UsageError) as caught, clients_on(second):
            pass
        assert str(caught.value).replace(str(tmp_path), "DIR") == snapshot
        assert httpx.Client.__init__.__qualname__ == httpx.Client.__init__.__wrapped__.__qualname__  # type: ignore[attr-defined]


def test_clients_of_fixtures_for_the_test_are_on_its_cassette_and_shared_ones_are_not(
    pytester: pytest.Pytester, url: str
) -> None:
    """Whatever order the test names them in."""
    pytester.makeconftest(
        """
import httpx, pytest
@pytest.fixture(scope="session")
def shared():
    with httpx.Client() as client: yield client
@pytest.fixture(scope="module", autouse=True)
def of_module(): return httpx.Client()
@pytest.fixture
def own(): return httpx.Client()
@pytest.fixture(autouse=True)
def auto(): return httpx.Client()
"""
    )
    pytester.makepyfile(
        test_it="""
import pytest
from harness.io.transports import transport_class
import httpx
def on_tape(client): return isinstance(client._transport, transport_class(httpx))

@pytest.mark.cassette
def test_one(own, shared, of_module, auto):
    assert [on_tape(one) for one in (own, shared, of_module, auto)] == [True, False, False, True]

def test_two(own, shared, auto, cassette):
    assert [on_tape(one) for one in (own, shared, auto)] == [True, False, True]

def test_three(own, shared, auto):
    assert [on_tape(one) for one in (own, shared, auto)] == [False, False, False]
"""
    )

    run(pytester).assert_outcomes(passed=3)


def test_classes_of_unittest_and_fixtures_by_name_have_cassettes_too(
    pytester: pytest.Pytester, url: str
) -> None:
    """`setUp` runs inside; doctests, which have no marks of their own, are left alone."""
    pytester.makepyfile(
        test_it=asking(url.removesuffix("/v1/chat/completions"))
        + '''
import unittest

@pytest.mark.cassette
class TestOld(unittest.TestCase):
    def setUp(self):
        self.client = httpx.Client()

    def test_chat(self):
        assert self.client.post(URL, json={}).status_code == 200

@pytest.mark.usefixtures("cassette")
class TestNew:
    def test_chat(self):
        assert ask()[0] == 200

def documented():
    """
    >>> 1 + 1
    2
    """
pytestmark = pytest.mark.cassette
'''
    )

    run(pytester, "--doctest-modules").assert_outcomes(passed=3)
    assert cassettes(pytester) == [
        "cassettes/test_it/TestNew.test_chat.cassette.jsonl",
        "cassettes/test_it/TestOld.test_chat.cassette.jsonl",
    ]

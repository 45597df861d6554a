"""Clients that were there before a test, as those of modules, are on its cassette while it runs, and no longer."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.pytesting import GONE, STREAM, asking, cassettes, on_cassette, run, told

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

httpx2 = pytest.importorskip("httpx2")

BOTH = pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])


@pytest.fixture
def url(url: str) -> str:
    """Where a live upstream is asked."""
    return f"{url}/v1/chat/completions"


@BOTH
def test_a_client_that_was_made_before_is_on_the_cassette_meanwhile(
    tmp_path: Path, url: str, module: Any
) -> None:
    """As one of a module is; before and after it is its own, and ignored hosts are let through."""
    path = tmp_path / "it.cassette.jsonl"

    async def ask(client: Any) -> bytes:
        async with client:
            answer = await client.post(GONE, json={})
            return bytes(answer.content)

    with module.Client() as before:
        transport = before._transport
        with on_cassette(path) as made:
            assert before.post(url, json={}).content == STREAM
            assert made.tape.recorded == 1
        with on_cassette(path) as made:
            assert before.post(GONE, json={}).content == STREAM
            assert made.tape.recorded == 0
        with on_cassette(tmp_path / "none.cassette.jsonl", ignore_hosts=["127.0.0.1"]) as made:
            assert before.post(url, json={}).content == STREAM
            assert made.tape.recorded == 0
        assert before._transport is transport
        with pytest.raises(module.ConnectError):
            before.post(GONE, json={})
        assert before.post(url, json={}).content == STREAM
    late = module.AsyncClient()
    with on_cassette(path):
        assert asyncio.run(ask(late)) == STREAM


@BOTH
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.*", "*"])
def test_hosts_are_let_through_for_clients_that_were_made_before(
    tmp_path: Path, url: str, module: Any, host: str
) -> None:
    """As for those that are made on the cassette."""
    with (
        module.Client() as before,
        on_cassette(tmp_path / "it.cassette.jsonl", ignore_hosts=[host, "[::1]"]) as made,
    ):
        assert before.post(url, json={}).content == STREAM
        assert made.tape.recorded == 0


def test_early_clients_of_a_proxy_are_recorded_through_it(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the environment named when the client was made; a replay asks nobody."""
    proxy, target = url.removesuffix("/v1/chat/completions"), "http://model.test/v1/chat/completions"
    monkeypatch.setenv("HTTP_PROXY", proxy)
    path = tmp_path / "it.cassette.jsonl"
    with httpx.Client() as before:
        monkeypatch.undo()
        monkeypatch.delenv("CI", raising=False)
        for recorded in (1, 0):
            with on_cassette(path) as made:
                assert before.post(target, json={}).content == STREAM
            assert made.tape.recorded == recorded


def test_early_clients_are_on_the_cassette_in_whatever_thread(tmp_path: Path, url: str) -> None:
    """As code under test that asks two models at once."""
    path = tmp_path / "it.cassette.jsonl"
    with httpx.Client() as before, ThreadPoolExecutor(4) as pool:
        for recorded in (8, 0):
            with on_cassette(path) as made:
                answers = list(pool.map(lambda n: before.post(url, json={"n": n}).content, range(8)))
            assert answers == [STREAM] * 8
            assert made.tape.recorded == recorded


def test_a_client_of_a_module_reaches_nobody_where_nothing_may_be_recorded(
    pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """Recorded once, and replayed in CI; without a cassette, the test fails there although its server answers."""
    pytester.makepyfile(
        test_it=asking(url.removesuffix("/v1/chat/completions"))
        + """
early = httpx.Client()

@pytest.mark.cassette
def test_chat():
    with early:
        assert early.post(URL, json={}).content
"""
    )

    monkeypatch.setenv("CI", "1")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    assert told(result) == snapshot
    monkeypatch.delenv("CI")
    run(pytester).assert_outcomes(passed=1)
    assert cassettes(pytester) == ["cassettes/test_it/test_chat.cassette.jsonl"]
    monkeypatch.setenv("CI", "1")
    run(pytester).assert_outcomes(passed=1)


def test_a_client_that_outlives_its_test_reaches_nobody(
    pytester: pytest.Pytester, url: str, snapshot: SnapshotAssertion
) -> None:
    """Neither the next test's cassette nor the network; and the next test says whose it was, whatever the SDK says."""
    pytester.makepyfile(
        test_it=asking(url.removesuffix("/v1/chat/completions"))
        + """
kept = []

@pytest.mark.cassette
def test_one():
    kept.append(httpx.Client())
    assert kept[0].post(URL, json={}).status_code == 200

@pytest.mark.cassette
def test_two():
    try:
        kept[0].post(URL, json={})
    except Exception:
        raise ConnectionError("Connection error.") from None

def test_three():
    assert ask()[0] == 200
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(passed=2, failed=1)
    assert told(result) == snapshot

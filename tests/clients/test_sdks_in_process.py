"""Real SDKs under a tape: what they read from a replay is what they read live."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

import harness
from tests.clients import drivers, streams
from tests.clients.live import LiveUpstream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.io.tape import Tape

pytestmark = pytest.mark.sdk

httpx2 = pytest.importorskip("httpx2", reason="the SDKs of today stand on httpx2; nox -s clients installs it")
openai = pytest.importorskip("openai", reason="nox -s clients installs the OpenAI SDK")
anthropic = pytest.importorskip("anthropic", reason="nox -s clients installs the Anthropic SDK")
genai = pytest.importorskip("google.genai", reason="nox -s clients installs google-genai")


BODIES = {
    "/chat/completions": streams.chat(),
    "/responses": streams.responses(),
    "/messages": streams.anthropic(),
    ":streamGenerateContent": streams.gemini(),
}


def _openai(url: str, client: Any) -> Any:
    return openai.OpenAI(api_key="sk-live", base_url=f"{url}/v1", http_client=client)


def _openai_async(url: str, client: Any) -> Any:
    return openai.AsyncOpenAI(api_key="sk-live", base_url=f"{url}/v1", http_client=client)


def _anthropic(url: str, client: Any) -> Any:
    return anthropic.Anthropic(api_key="sk-live", base_url=url, http_client=client)


def _anthropic_async(url: str, client: Any) -> Any:
    return anthropic.AsyncAnthropic(api_key="sk-live", base_url=url, http_client=client)


def _genai(url: str, client: Any) -> Any:
    return genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=url, httpx_client=client))


def _genai_async(url: str, client: Any) -> Any:
    options = genai.types.HttpOptions(base_url=url, httpx_async_client=client)
    return genai.Client(api_key="k", http_options=options)


SYNC: list[Any] = [
    pytest.param(httpx2, _openai, drivers.openai_chat, id="openai-chat-httpx2"),
    pytest.param(httpx, _openai, drivers.openai_chat, id="openai-chat-httpx"),
    pytest.param(httpx2, _openai, drivers.openai_responses, id="openai-responses-httpx2"),
    pytest.param(httpx, _openai, drivers.openai_responses, id="openai-responses-httpx"),
    pytest.param(httpx2, _anthropic, drivers.anthropic_messages, id="anthropic"),
    pytest.param(httpx2, _genai, drivers.gemini_content, id="google-genai"),
]
ASYNC: list[Any] = [
    pytest.param(httpx2, _openai_async, drivers.openai_chat_async, id="openai-chat"),
    pytest.param(httpx2, _openai_async, drivers.openai_responses_async, id="openai-responses"),
    pytest.param(httpx2, _anthropic_async, drivers.anthropic_messages_async, id="anthropic"),
    pytest.param(httpx2, _genai_async, drivers.gemini_content_async, id="google-genai"),
]


def _recorded_then_replayed(path: Path, live: LiveUpstream, drive: Callable[[Tape], list[Any]]) -> None:
    """Drive once with the network, once without, and hold the two against each other."""
    with live, harness.cassette(path, mode="once") as tape:
        recorded = drive(tape)
    with harness.cassette(path, mode="none") as tape:
        replayed = drive(tape)

    assert len(recorded) > 5
    assert replayed == recorded


@pytest.mark.parametrize(("module", "make", "drive"), SYNC)
def test_a_sync_sdk_reads_the_same_live_and_replayed(
    tmp_path: Path, module: Any, make: Any, drive: Any
) -> None:
    """Events, text, calls and usage are equal; the server is gone by the second time."""
    live = LiveUpstream(BODIES)

    def session(tape: Tape) -> list[Any]:
        with tape.client(module) as client:
            return cast("list[Any]", drive(make(live.url, client)))

    _recorded_then_replayed(tmp_path / "session.cassette.jsonl", live, session)


@pytest.mark.parametrize(("module", "make", "drive"), ASYNC)
def test_an_async_sdk_reads_the_same_live_and_replayed(
    tmp_path: Path, module: Any, make: Any, drive: Any
) -> None:
    """The same on asyncio."""
    live = LiveUpstream(BODIES)

    async def session(tape: Tape) -> list[Any]:
        async with tape.async_client(module) as client:
            return cast("list[Any]", await drive(make(live.url, client)))

    _recorded_then_replayed(
        tmp_path / "session.cassette.jsonl", live, lambda tape: asyncio.run(session(tape))
    )


@pytest.mark.parametrize(("module", "make", "drive"), SYNC)
def test_a_sync_sdk_reads_the_same_from_the_replay_server(
    tmp_path: Path, module: Any, make: Any, drive: Any
) -> None:
    """What was recorded in-process is served over HTTP, each byte in a chunk of its own."""
    path = tmp_path / "session.cassette.jsonl"
    with (
        LiveUpstream(BODIES) as live,
        harness.cassette(path, mode="once") as tape,
        tape.client(module) as client,
    ):
        recorded = drive(make(live.url, client))
    with (
        harness.replay_server(path, pace="instant+bytes:1") as server,
        module.Client(trust_env=False) as client,
    ):
        assert drive(make(server.url, client)) == recorded

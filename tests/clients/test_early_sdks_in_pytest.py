"""SDKs whose clients a module made before any test: on the cassette of each test, and their own after it."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.testing.clients import clients_on
from tests.clients import drivers, streams
from tests.clients.live import LiveUpstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.io.tape import Tape

pytestmark = pytest.mark.sdk

openai = pytest.importorskip("openai", reason="nox -s clients installs the OpenAI SDK")
anthropic = pytest.importorskip("anthropic", reason="nox -s clients installs the Anthropic SDK")
genai = pytest.importorskip("google.genai", reason="nox -s clients installs google-genai")

BODIES = {
    "/chat/completions": streams.chat(),
    "/messages": streams.anthropic(),
    ":streamGenerateContent": streams.gemini(),
}

SYNC: dict[str, tuple[Callable[[str], Any], Callable[[Any], list[Any]]]] = {
    "openai": (
        lambda url: openai.OpenAI(api_key="sk", base_url=f"{url}/v1", max_retries=0),
        drivers.openai_chat,
    ),
    "anthropic": (
        lambda url: anthropic.Anthropic(api_key="sk", base_url=url, max_retries=0),
        drivers.anthropic_messages,
    ),
    "google-genai": (
        lambda url: genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=url)),
        drivers.gemini_content,
    ),
}


@contextmanager
def tape_on(path: Path) -> Iterator[Tape]:
    """A tape under all clients."""
    with harness.cassette(path) as tape, clients_on(tape):
        yield tape


@pytest.mark.parametrize(("make", "drive"), SYNC.values(), ids=SYNC)
def test_one_early_client_serves_test_after_test(
    tmp_path: Path, make: Callable[[str], Any], drive: Callable[[Any], list[Any]]
) -> None:
    """Each test records it, each replays it, and between them it reaches its server itself."""
    with LiveUpstream(BODIES) as live:
        client = make(live.url)
        plain = drive(client)
        for name in ("one", "two"):
            with tape_on(tmp_path / f"{name}.cassette.jsonl") as tape:
                assert drive(client) == plain
            assert tape.recorded == 1
            assert drive(client) == plain
    for name in ("one", "two"):
        with tape_on(tmp_path / f"{name}.cassette.jsonl") as tape:
            assert drive(client) == plain
        assert not tape.unplayed


@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
def test_an_early_client_of_google_genai_leaves_the_tape_although_its_loop_lives_on(tmp_path: Path) -> None:
    """It makes a client for each event loop, in the first test that runs there, and keeps it."""
    path = tmp_path / "it.cassette.jsonl"

    async def tests_of_one_loop(client: Any) -> None:
        with tape_on(path) as tape:
            recorded = await drivers.gemini_content_async(client)
        assert tape.recorded == 1
        with tape_on(path) as tape:
            assert await drivers.gemini_content_async(client) == recorded
        assert tape.recorded == 0
        assert not tape.unplayed
        assert len(recorded) > 5
        assert await drivers.gemini_content_async(client) == recorded  # by aiohttp, where that is installed
        await client.aio.aclose()

    with LiveUpstream(BODIES) as live:
        early = genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=live.url))
        uses_aiohttp = early._api_client._use_aiohttp()
        asyncio.run(tests_of_one_loop(early))
        assert early._api_client._use_aiohttp() is uses_aiohttp


def test_an_early_client_that_was_closed_says_so(tmp_path: Path) -> None:
    """And not that it has no recording."""
    early = openai.OpenAI(api_key="sk", base_url="http://127.0.0.1:9/v1", max_retries=0)
    early.close()
    with tape_on(tmp_path / "it.cassette.jsonl") as tape:
        with pytest.raises(RuntimeError, match="client has been closed"):
            drivers.openai_chat(early)
        assert tape.recorded == 0

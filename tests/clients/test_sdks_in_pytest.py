"""Real SDKs in other people's tests: no line of the code under test knows of the cassette."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.errors import UsageError
from harness.testing.clients import clients_on
from harness.testing.tapes import TapeOfTest
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
    "/responses": streams.responses(),
    "/messages": streams.anthropic(),
    ":streamGenerateContent": streams.gemini(),
}


def _genai(url: str) -> Any:
    return genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=url))


async def _closed(client: Any, drive: Callable[[Any], Any]) -> list[Any]:
    async with client:
        return list(await drive(client))


async def _genai_async(client: Any) -> list[Any]:
    try:
        return await drivers.gemini_content_async(client)
    finally:
        for inner in tuple(client._api_client._async_httpx_client._loop_clients.values()):
            await inner.aclose()


def _default(url: str) -> Any:
    openai.base_url, openai.api_key = f"{url}/v1/", "sk-live"
    return openai


USES: dict[str, Callable[[str], list[Any]]] = {
    "openai": lambda url: drivers.openai_chat(openai.OpenAI(api_key="sk-live", base_url=f"{url}/v1")),
    "openai without a client": lambda url: drivers.openai_chat(_default(url)),
    "openai with options": lambda url: drivers.openai_responses(
        openai.OpenAI(
            api_key="sk-live",
            base_url=f"{url}/v1",
            http_client=openai.DefaultHttpxClient(timeout=9, follow_redirects=False),
        ).with_options(max_retries=0)
    ),
    "openai async": lambda url: asyncio.run(
        _closed(openai.AsyncOpenAI(api_key="sk-live", base_url=f"{url}/v1"), drivers.openai_responses_async)
    ),
    "anthropic": lambda url: drivers.anthropic_messages(anthropic.Anthropic(api_key="sk", base_url=url)),
    "anthropic async": lambda url: asyncio.run(
        _closed(anthropic.AsyncAnthropic(api_key="sk", base_url=url), drivers.anthropic_messages_async)
    ),
    "google-genai": lambda url: drivers.gemini_content(_genai(url)),
    "google-genai async": lambda url: asyncio.run(_genai_async(_genai(url))),
}


@contextmanager
def tape_on(path: Path) -> Iterator[Tape]:
    """A tape under all clients."""
    with harness.cassette(path) as tape, clients_on(tape):
        yield tape


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_an_sdk_makes_its_client_itself_and_is_on_the_cassette(
    tmp_path: Path, use: Callable[[str], list[Any]]
) -> None:
    """What it reads from the replay is what it read live; the server is gone by then."""
    path = tmp_path / "it.cassette.jsonl"
    with LiveUpstream(BODIES) as live:
        with tape_on(path) as tape:
            recorded = use(live.url)
        assert tape.recorded == 1
    with tape_on(path) as tape:
        assert use(live.url) == recorded
        assert not tape.unplayed
    assert len(recorded) > 5


def _late(path: Path, url: str, make: Callable[[str], Any], drive: Callable[[Any], Any]) -> str:
    """What a client says of the tape of a test that is over."""
    tape = TapeOfTest(path, test="test_it.py::test_first", command="pytest", mode="once")
    with clients_on(tape):
        client = make(url)
        drive(client)
    tape.end()
    tape.close()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each SDK has its own, or none
        drive(client)
    error: BaseException | None = caught.value
    while error is not None and not isinstance(error, UsageError):
        error = error.__cause__ or error.__context__
    return str(error)


LATE: dict[str, tuple[Callable[[str], Any], Callable[[Any], Any]]] = {
    "openai": (
        lambda url: openai.OpenAI(api_key="sk", base_url=f"{url}/v1", max_retries=0),
        drivers.openai_chat,
    ),
    "anthropic": (
        lambda url: anthropic.Anthropic(api_key="sk", base_url=url, max_retries=0),
        drivers.anthropic_messages,
    ),
    "google-genai": (_genai, drivers.gemini_content),
    "google-genai async": (_genai, lambda client: asyncio.run(_genai_async(client))),
}


@pytest.mark.parametrize(("make", "drive"), LATE.values(), ids=LATE)
def test_a_client_that_outlives_its_test_says_whose_it_was(
    tmp_path: Path, make: Callable[[str], Any], drive: Callable[[Any], Any]
) -> None:
    """Also where it makes another client for each event loop, or would have aiohttp to turn to."""
    with LiveUpstream(BODIES) as live:
        assert "a test that is over: test_it.py::test_first" in _late(
            tmp_path / "it.cassette.jsonl", live.url, make, drive
        )


def test_the_default_client_that_a_program_had_comes_back(tmp_path: Path) -> None:
    """Only while the cassette is there, another one is made in its place."""
    own = openai._client
    openai._client = mine = object()
    try:
        with tape_on(tmp_path / "it.cassette.jsonl"):
            assert openai._client is None
        assert openai._client is mine
    finally:
        openai._client = own

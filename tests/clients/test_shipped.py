"""The real OpenAI SDK reads every shipped recording, and reads the same in-process and over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

import harness
from harness.cassettes.exchange import How

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange

pytestmark = pytest.mark.sdk

httpx2 = pytest.importorskip("httpx2", reason="the SDKs of today stand on httpx2; nox -s clients installs it")
openai = pytest.importorskip("openai", reason="nox -s clients installs the OpenAI SDK")

FOLDER = Path(__file__).resolve().parents[2] / "cassettes"
SHIPPED = sorted(path for kind in ("chat", "responses") for path in FOLDER.glob(f"*/{kind}/*.cassette.jsonl"))
PLAYED = {How.COMPLETE, How.SERVER_CUT}
"""A stream that its client left is held open for seconds, so none of those is asked for."""


def _read(client: Any, path: str, exchange: Exchange) -> list[Any]:
    """What the SDK gives for the recorded request; the name of the exception's class last, where it ends so."""
    body = json.loads(exchange.request.body)
    got: list[Any] = []
    try:
        if body.get("stream") is True:
            got.extend(
                client.post(path, body=body, cast_to=object, stream=True, stream_cls=openai.Stream[object])
            )
        else:
            got.append(client.post(path, body=body, cast_to=object))
    except (openai.OpenAIError, httpx2.HTTPError) as error:
        got.append(type(error).__name__)
    return got


@pytest.mark.parametrize("cassette", SHIPPED, ids=lambda path: "/".join(path.parts[-3:]).partition(".")[0])
def test_the_sdk_reads_a_shipped_recording_the_same_both_ways(cassette: Path) -> None:
    """Over HTTP each byte comes in a chunk of its own; events, and the exception where it was cut, are equal."""
    asked = [
        it for it in harness.read_cassette(cassette).exchanges if it.ending.how in PLAYED and it.response
    ]
    with (
        harness.cassette(cassette, mode="none") as tape,
        harness.replay_server(cassette, pace="instant+bytes:1") as server,
        tape.client(httpx2) as inside,
        httpx2.Client(trust_env=False) as outside,
    ):
        for exchange in asked:
            url = urlsplit(exchange.request.url)
            ways = ((inside, f"{url.scheme}://{url.netloc}"), (outside, server.url))
            here, there = (
                _read(
                    openai.OpenAI(api_key="k", base_url=base, http_client=http, max_retries=0),
                    url.path,
                    exchange,
                )
                for http, base in ways
            )
            assert here == there
            # One server answers a prompt that is too long with 200 and no byte.
            assert here or cassette.name.startswith("context_exceeded")

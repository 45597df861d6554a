"""A client that is told to come again comes again: what the upstream says of it reaches the client."""

from __future__ import annotations

from typing import Any

import pytest

from harness.jobs.serve import gateway_server
from tests.clients import scenes
from tests.clients.upstream_by_hand import DIALECTS, UpstreamByHand

pytestmark = pytest.mark.sdk

openai = pytest.importorskip("openai", reason="nox -s clients installs the OpenAI SDK")


def _said(client: Any, api: str) -> str:
    if api == "chat":
        asked: Any = {"model": "mem", "messages": [{"role": "user", "content": "busy"}], "stream": True}
        return "".join(
            chunk.choices[0].delta.content or ""
            for chunk in client.chat.completions.create(**asked)
            if chunk.choices
        )
    events = client.responses.create(model="mem", input="busy", stream=True)
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_sdk_tries_again_what_the_gateway_does_not(dialect: str, api: str) -> None:
    """A 429 stays one; the SDK's own second attempt gets the answer, and without one it raises what it was told."""
    with (
        UpstreamByHand() as upstream,
        gateway_server(f"{dialect}={upstream.url}", retries=0, seed=1) as gateway,
        openai.OpenAI(api_key="k", base_url=gateway.base_url, max_retries=1, timeout=30) as client,
    ):
        assert _said(client, api) == scenes.TEXT
        with pytest.raises(openai.RateLimitError) as raised:
            _said(client.with_options(max_retries=0), api)
    assert raised.value.status_code == 429
    assert raised.value.message.endswith(scenes.BUSY)
    assert raised.value.response.headers["retry-after-ms"] == "20"

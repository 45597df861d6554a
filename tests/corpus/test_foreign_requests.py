"""What real clients asked of OpenAI is sent to Google and Anthropic with all its words, and as their SDKs would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.engine import prepare
from harness.translation.ids import SeededMint
from harness.translation.losses import LossPolicy
from tests.corpus.test_requests import requests
from tests.typed_dicts import misfit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

pytestmark = pytest.mark.corpus

MODELS: dict[UpstreamDialect, tuple[str, ...]] = {
    "gemini": ("gemini-2.5-flash", "gemini-3-pro-preview"),
    "anthropic": ("claude-sonnet-4-0", "claude-haiku-4-5", "claude-sonnet-5-5"),
}
INBOUND: tuple[InboundDialect, ...] = ("chat", "responses")
SAMPLING = frozenset({"temperature", "top_p", "top_k"})


def bodies(corpus: Path, upstream: UpstreamDialect) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """File, what the client asked and what the upstream is sent, for each request that OpenAI would not refuse."""
    for inbound in INBOUND:
        for name, _, body in requests(corpus, inbound):
            for model in MODELS[upstream]:
                try:
                    prepared = prepare(
                        inbound,
                        {**body, "model": model},
                        upstream=upstream,
                        mint=SeededMint(b"corpus"),
                        now=lambda: 0,
                        policy=LossPolicy.read(["warn"]),
                    )
                except RequestRefused:
                    continue
                yield name, body, prepared.body


def words(body: dict[str, Any]) -> Iterator[str]:
    """What users said in it."""
    messages = body.get("messages", body.get("input"))
    for message in [{"role": "user", "content": messages}] if isinstance(messages, str) else messages or ():
        if message.get("role") != "user":
            continue
        content = message["content"]
        for part in [{"text": content}] if isinstance(content, str) else content:
            if isinstance(text := part.get("text"), str) and text.strip():
                yield text


@pytest.mark.parametrize("upstream", MODELS)
def test_every_word_of_a_user_is_sent(corpus: Path, upstream: UpstreamDialect) -> None:
    """Whatever else is lost."""
    count = 0
    for name, asked, body in bodies(corpus, upstream):
        count += 1
        said = json.dumps(body)
        assert [text for text in words(asked) if json.dumps(text)[1:-1] not in said] == [], name
    assert count >= 1_000


@pytest.mark.sdk
def test_anthropic_knows_every_member_of_every_request(corpus: Path) -> None:
    """But for sampling, which its types of today leave out."""
    params = pytest.importorskip(
        "anthropic.types.message_create_params", reason="nox -s clients installs the SDK of Anthropic"
    )
    for name, _, body in bodies(corpus, "anthropic"):
        told = {member: value for member, value in body.items() if member not in SAMPLING}
        assert misfit(told, params.MessageCreateParams) is None, name

"""Real requests of the Responses API: none is refused, nothing is unknown, and they can be written as they were."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.profiles import upstream_profile
from harness.translation.requests.echo import echo
from harness.translation.requests.from_responses import from_responses
from harness.translation.requests.to_responses import to_responses
from harness.translation.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.corpus

OFFICIAL = "api.openai.com"


def requests(corpus: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """The row of the index, the request and all that is known of each exchange with a request."""
    for index in ("index.jsonl", "index_sync.jsonl"):
        for line in (corpus / index).read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["dialect"] != "responses":
                continue
            known = json.loads((corpus / row["file"]).with_suffix(".json").read_bytes())
            if isinstance(known.get("request_body"), dict):
                yield row, known["request_body"], known


def said(value: Any) -> Any:
    """A JSON value without what says nothing: null members, a stream that is not wanted, and no annotations."""
    if isinstance(value, dict):
        kept = {name: said(one) for name, one in value.items() if one is not None}
        return {
            name: one
            for name, one in kept.items()
            if not (name == "annotations" and one == []) and not (name == "stream" and one is False)
        }
    return [said(one) for one in value] if isinstance(value, list) else value


def strict(body: dict[str, Any]) -> dict[str, Any]:
    """A request whose functions say false where they said null, which means the same."""
    told: dict[str, Any] = json.loads(json.dumps(body))
    for tool in told.get("tools") or ():
        if tool.get("strict", True) is None:
            tool["strict"] = False
    return told


def test_no_real_request_is_refused_or_has_anything_unknown(corpus: Path) -> None:
    """Every member of every official request has its place."""
    count = 0
    for row, body, _ in requests(corpus):
        ledger = Ledger()
        request = from_responses(body, ledger)
        assert ledger.losses == [], row["file"]
        if row["host"] == OFFICIAL:
            assert request.extra == {}, row["file"]
        assert request.messages or body.get("input") in (None, []), row["file"]
        count += 1
    assert count > 300


def test_every_real_request_is_written_as_it_was(corpus: Path) -> None:
    """Same items, same order, same options."""
    for row, body, _ in requests(corpus):
        ledger = Ledger()
        request = from_responses(body, ledger)
        session = Session(
            mint=SeededMint(b""),
            now=lambda: 1,
            upstream="responses",
            profile=upstream_profile("openai"),
            ledger=ledger,
            request=request,
            body=body,
        )
        sent = to_responses(request, session)
        if row["host"] == OFFICIAL:
            assert said(sent) == said(strict(body)), row["file"]
            assert ledger.losses == [], row["file"]


RESOLVED = frozenset(
    {"max_tool_calls", "moderation", "prompt_cache_retention", "reasoning", "store", "top_p"}
)
"""Members whose default depends on the model or the account, or changed over time."""


def test_the_echo_is_what_official_answers_repeat(corpus: Path) -> None:
    """Members that an answer has, and that no default of a model stands behind, are those of the echo."""
    compared = 0
    for row, body, known in requests(corpus):
        response = last_response(corpus, row, known)
        if row["host"] != OFFICIAL or row["authenticity"] != "recorded" or response is None:
            continue
        echoed = echo(None, body)
        for name, value in echoed.items():
            if name in {"model", "tools", "service_tier", "text"} or name not in response:
                continue
            if name in RESOLVED and name not in body:
                continue
            if name in {"moderation", "reasoning"}:
                continue
            assert response[name] == value, (row["file"], name)
        assert echoed["text"]["format"]["type"] == response["text"]["format"]["type"], row["file"]
        assert response.keys() >= echoed.keys() - LATER, row["file"]
        compared += 1
    assert compared > 250


LATER = frozenset(
    {
        "background", "frequency_penalty", "max_tool_calls", "moderation", "presence_penalty", "prompt_cache_key",
        "prompt_cache_retention", "safety_identifier", "service_tier", "top_logprobs",
    }
)  # fmt: skip
"""Members that answers have had only since some time in 2025 or 2026."""


def last_response(corpus: Path, row: dict[str, Any], known: dict[str, Any]) -> dict[str, Any] | None:
    """The response object of a whole stream of a request that was posted."""
    path = corpus / row["file"]
    if path.suffix != ".sse" or known.get("method") != "POST":
        return None
    found: dict[str, Any] | None = None
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("data:") and '"response"' in line:
            payload = json.loads(line.removeprefix("data:"))
            if payload.get("type") in {"response.completed", "response.incomplete"}:
                found = payload["response"]
    return found

"""Every real Chat request is read, and what OpenAI took is never refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.corpus


def requests(corpus: Path) -> Iterator[tuple[dict[str, Any], Any, Any]]:
    """Row of the index, request and whole answer (None where it was a stream) of every recording of the dialect."""
    for index in ("index.jsonl", "index_sync.jsonl"):
        for line in (corpus / index).read_text("utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            if row["dialect"] != "chat":
                continue
            known = json.loads((corpus / row["file"]).with_suffix(".json").read_bytes())
            body = known["request"] if "request" in known else known["request_body"]
            if isinstance(body, dict):
                yield row, body, known.get("response")


def test_no_request_that_openai_answered_is_refused_and_nothing_of_it_is_lost(corpus: Path) -> None:
    """It was well-formed, whatever an SDK of its day wrote into it."""
    count = 0
    for row, body, _ in requests(corpus):
        if row["host"] == "api.openai.com" and row["status"] == 200:
            ledger = Ledger()
            request = from_chat(body, ledger)
            assert len(request.messages) == len(body["messages"]), row["file"]
            assert (ledger.losses, request.extra) == ([], {}), row["file"]
            count += 1
    assert count > 400


def refusal_of(body: Any) -> RequestRefused | None:
    """What a body is refused with, if it is."""
    try:
        from_chat(body, Ledger())
    except RequestRefused as refusal:
        return refusal
    return None


def test_openai_refused_what_is_refused_here_of_its_own_traffic(corpus: Path) -> None:
    """For the same member; it looks at the model first, which a parser knows nothing of."""
    refused = [
        (refusal, answer["error"])
        for row, body, answer in requests(corpus)
        if row["host"] == "api.openai.com" and (refusal := refusal_of(body)) is not None
    ]
    assert [refusal.param for refusal, _ in refused] == ["max_tokens"]
    assert all((one.param, one.kind) == (error["param"], error["type"]) for one, error in refused)


def test_what_is_refused_of_other_servers_requests_openai_refuses_too(corpus: Path) -> None:
    """They leave out the model, where it stands in the path, or a call's id, or have words of their own."""
    refused = {
        refusal.param
        for row, body, _ in requests(corpus)
        if row["host"] != "api.openai.com" and (refusal := refusal_of(body)) is not None
    }
    assert refused == {
        None,
        "messages",
        "messages[1].tool_calls[0].id",
        "messages[2].tool_call_id",
        "response_format.json_schema.name",
        "tool_choice",
        "tool_choice.type",
        "tools[0].type",
    }

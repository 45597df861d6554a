"""What Anthropic and Google send is well by the rules on upstreams, and nothing is lost where it is only passed on."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.pairing import compare
from harness.findings import Severity
from harness.turn.reading import turn_of
from tests.judging import judged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.corpus

READ = 1448

_BY_HAND = "put together by hand for a test"
UNREAL = {
    "anthropic/anthropic/ai--anthropic-src-fixtures-anthropic-tool-search-deferred-regex__0.sse": (
        f"three answers in one file, {_BY_HAND}"
    ),
    "anthropic/anthropic/ai--anthropic-src-fixtures-duplicate-message-start__0.sse": (
        f"message_start twice and an id msg_dup, {_BY_HAND}"
    ),
}
"""Streams that no server sent, with what shows it. Both are kept as lines of JSON, and not as bytes of the wire."""


def streams(corpus: Path, *dialects: str) -> Iterator[tuple[str, str, Exchange]]:
    """File, dialect and exchange of each stream."""
    for row in map(json.loads, (corpus / "index.jsonl").read_text("utf-8").splitlines()):
        if row["dialect"] in dialects:
            yield row["file"], row["dialect"], recorded(corpus, row)


def recorded(corpus: Path, row: dict[str, Any]) -> Exchange:
    """One stream with the request that it answers; 20 ms between two reads, as its times are not known."""
    data = (corpus / row["file"]).read_bytes()
    known: dict[str, Any] = json.loads((corpus / row["file"]).with_suffix(".json").read_bytes())
    asked = known["request_body"]
    request = Request("POST", f"https://x.invalid{known['path']}", body=json.dumps(asked).encode())
    chunks = tuple(
        Chunk(20_000 * place, data[at : at + READ]) for place, at in enumerate(range(0, len(data), READ))
    )
    head = (("content-type", "text/event-stream"),)
    return Exchange(
        index=0,
        request=request if isinstance(asked, dict) and known["path"] else Request("", ""),
        response=Response(row["status"] or 200, head, chunks),
        ending=Ending(How.COMPLETE, 20_000 * len(chunks)),
    )


@pytest.mark.parametrize("dialect", ["anthropic", "gemini"])
def test_recorded_upstreams_have_no_errors(corpus: Path, dialect: str) -> None:
    """No error in any stream, and each comes to its end."""
    counted = 0
    for name, _, exchange in streams(corpus, dialect):
        check = judged(exchange, dialect)
        errors = [f"{one.rule}: {one.message}" for one in check.findings if one.severity is Severity.ERROR]
        if name in UNREAL:
            assert errors, f"{name} has no error any more: take it from the list"
            continue
        assert not errors, f"{name}: {errors}"
        assert turn_of(dialect, check.case.stream).ended == "clean", name
        counted += 1
    assert counted > 150


def test_recorded_whole_answers_have_no_errors(corpus: Path) -> None:
    """Whole answers of both, refusals included."""
    ends: Counter[str] = Counter()
    for row in map(json.loads, (corpus / "index_sync.jsonl").read_text("utf-8").splitlines()):
        if row["dialect"] not in {"anthropic", "gemini"}:
            continue
        body = json.dumps(json.loads((corpus / row["file"]).read_bytes())["response"]).encode()
        head = (("content-type", "application/json"),)
        response = Response(row["status"] or 200, head, (Chunk(0, body),))
        check = judged(Exchange(0, Request("", ""), response, Ending(How.COMPLETE)), row["dialect"])
        errors = [f"{one.rule}: {one.message}" for one in check.findings if one.severity is Severity.ERROR]
        assert not errors, f"{row['file']}: {errors}"
        if response.status == 200:
            ends[turn_of(row["dialect"], check.case.stream).ended] += 1
    assert set(ends) == {"clean"}


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_an_answer_that_is_passed_on_as_it_came_is_no_translation_fault(corpus: Path, dialect: str) -> None:
    """Every recorded stream, compared with itself: the rules on translation have nothing to say."""
    told: dict[str, list[str]] = {}
    for name, _, exchange in streams(corpus, dialect):
        downstream = judged(exchange, dialect, upstream=True)
        response = exchange.response
        assert response is not None
        compare(downstream, judged(exchange, dialect), chunks=tuple(response.chunks))
        for one in downstream.findings:
            if one.rule.startswith("XLAT"):
                told.setdefault(name, []).append(f"{one.rule}: {one.message}")
    assert told == {}

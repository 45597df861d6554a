"""The schemas on every body of the corpus: no error on official traffic, and two engines that agree."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from harness.dialects.schema import schemas
from harness.jsonvalue import try_parse
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.corpus

SETS = {
    "chat": "openai/chat",
    "responses": "openai/responses",
    "anthropic": "anthropic/messages",
    "gemini": "gemini/generate_content",
}
WHOLE = {"chat": "completion", "responses": "response", "anthropic": "message", "gemini": "response"}
OFFICIAL = {"api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com"}


class Body(NamedTuple):
    """One event of a stream, or one whole answer."""

    file: str
    official: bool
    dialect: str
    kind: str
    value: dict[str, Any]


def is_official(row: dict[str, Any]) -> bool:
    """Evidence of what the provider itself sends."""
    return row["host"] in OFFICIAL and row["authenticity"] == "recorded" and row["fidelity"] == "wire"


def kind_of(dialect: str, value: dict[str, Any]) -> str:
    """The kind of one event."""
    if dialect in {"chat", "gemini"}:
        good = "chunk" if dialect == "chat" else "response"
        return "error" if "error" in value and "choices" not in value else good
    return str(value.get("type"))


def events(corpus: Path) -> Iterator[Body]:
    """Every event of every stream that is a JSON object."""
    for line in (corpus / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        decoder = Decoder()
        data = (corpus / row["file"]).read_bytes()
        for event in [*decoder.feed(data), *decoder.finish()]:
            good, value = try_parse(event.data)
            if event.dispatched and good and isinstance(value, dict):
                kind = kind_of(row["dialect"], value)
                yield Body(row["file"], is_official(row), row["dialect"], kind, value)


def answers(corpus: Path) -> Iterator[Body]:
    """Every whole answer that is a JSON object."""
    for line in (corpus / "index_sync.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        about = json.loads((corpus / row["file"]).read_text(encoding="utf-8"))
        dialect, value = row["dialect"], about["response"]
        failed = "http_error" if dialect == "responses" else "error"
        if isinstance(value, dict):
            kind = failed if about["status"] >= 400 else WHOLE[dialect]
            yield Body(row["file"], is_official(row), dialect, kind, value)


@pytest.mark.parametrize("source", [events, answers])
def test_official_traffic_has_no_problem_and_both_engines_agree_on_all_traffic(
    source: Any, corpus: Path
) -> None:
    """Problems that are `newer` aside. Kinds without a schema are known by name."""
    wrong = []
    without: Counter[str] = Counter()
    official = seen = 0
    for body in source(corpus):
        validator = schemas(SETS[body.dialect]).validator(body.kind)
        seen += 1
        official += body.official
        if validator is None:
            without[body.kind] += 1
            if body.official:
                wrong.append(f"{body.file}: no schema for {body.kind}")
            continue
        found = validator.problems(body.value)
        errors = [problem for problem in found if not problem.newer]
        if validator.is_valid(body.value) != (not errors):
            wrong.append(f"{body.file}: the verdict differs from {errors}")
        if body.official and errors:
            wrong.append(f"{body.file}: {body.kind} {errors[0]}")

    assert wrong == []
    assert seen > official > 100
    assert set(without) <= {"response.reasoning_part.added", "response.reasoning_part.done"}

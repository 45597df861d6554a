"""What the readers of OpenAI's dialects make of real traffic is what the dialects' machines make of the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.readers.chat import ChatReader
from harness.translation.readers.responses import ResponsesReader
from harness.turn.conversation import Request
from harness.turn.reading import turn_of
from harness.turn.tools import ToolChoice
from tests.corpus.official_traffic import is_official, recorded
from tests.folding import Answer, Folded, a_session, folded, read, settled
from tests.judging import dialect_named, judged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.translation.profiles import UpstreamDialect
    from harness.translation.session import Session
    from harness.turn.turn import Choice, Turn

pytestmark = pytest.mark.corpus

READERS: dict[str, type[ChatReader | ResponsesReader]] = {
    "chat": ChatReader,
    "responses": ResponsesReader,
}
DIALECTS: tuple[UpstreamDialect, ...] = ("chat", "responses")

THOUGHT_ELSEWHERE = {"mistral"}
"""Who sends thought where the machine does not look: in parts of the content."""
NO_REASON = {
    "chat/openrouter/req_llm--support-fixtures-openrouter-qwen-qwen3-coder-object-streaming__0.sse",
    "chat/snowflake/pydantic-ai--models-cassettes-test-snowflake-test-snowflake-thinking-streaming__0.sse",
}
"""Streams whose server sent `[DONE]` and no finish reason: an answer that does not say why it ended is an error."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_openai_streams_is_read_as_the_machine_reads_it(corpus: Path, dialect: UpstreamDialect) -> None:
    """Text, refusal, reasoning, calls, citations, usage and finish of every official stream, and hardly a loss."""
    counted = 0
    for row in _rows(corpus, "index.jsonl", dialect):
        if not is_official(row):
            continue
        session = _session(corpus, row["file"], dialect)
        answer, turn = _both(corpus, row["file"], session, dialect)
        assert not list(_differences(turn, answer)), row["file"]
        assert answer.usage is None or turn.usage is None or answer.usage.counts == turn.usage, row["file"]
        assert {one.code for one in session.ledger.losses} <= {"L240"}, (row["file"], session.ledger.losses)
        counted += 1
    assert counted > 250


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_other_servers_stream_is_read_as_the_machine_reads_it(
    corpus: Path, dialect: UpstreamDialect
) -> None:
    """The same for all others, but for what the machine does not know."""
    counted = 0
    for row in _rows(corpus, "index.jsonl", dialect):
        if is_official(row) or row["file"] in NO_REASON:
            continue
        session = _session(corpus, row["file"], dialect)
        answer, turn = _both(corpus, row["file"], session, dialect)
        different = set(_differences(turn, answer))
        if row["provider"] in THOUGHT_ELSEWHERE:
            different.discard("reasoning")
        assert not different, row["file"]
        counted += 1
    assert counted > 50


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whole_answers_of_openai_are_read_as_the_machine_reads_them(
    corpus: Path, dialect: UpstreamDialect
) -> None:
    """A whole answer says what one stream would."""
    counted = 0
    for row in _rows(corpus, "index_sync.jsonl", dialect):
        known: dict[str, Any] = json.loads((corpus / row["file"]).read_bytes())
        body = known["response"]
        if row["host"] != "api.openai.com" or row["status"] != 200 or body.get("object") == "list":
            continue
        session = a_session(dialect)
        session.request = _asked(known["request"])
        answer = folded(settled(session, READERS[dialect](session).whole(body)))
        machine: Any = dialect_named(dialect).machine(None)
        machine.whole(body)
        turn = turn_of(dialect, machine)
        assert not list(_differences(turn, answer)), row["file"]
        assert (answer.usage.counts if answer.usage is not None else None) == turn.usage, row["file"]
        counted += 1
    assert counted > 100


def _rows(corpus: Path, index: str, dialect: str) -> Iterator[dict[str, Any]]:
    for row in map(json.loads, (corpus / index).read_text("utf-8").splitlines()):
        if row["dialect"] == dialect:
            yield row


def _session(corpus: Path, name: str, dialect: UpstreamDialect) -> Session:
    session = a_session(dialect)
    session.request = _asked(json.loads((corpus / name).with_suffix(".json").read_bytes())["request_body"])
    return session


def _asked(body: Any) -> Request | None:
    """As much of the request as the finish depends on: the function that had to be called."""
    choice = body.get("tool_choice") if isinstance(body, dict) else None
    if not isinstance(choice, dict) or not isinstance(choice.get("function"), dict):
        return None
    return Request(
        dialect="chat",
        model="some",
        tool_choice=ToolChoice(mode="named", name=choice["function"].get("name")),
    )


def _both(corpus: Path, name: str, session: Session, dialect: UpstreamDialect) -> tuple[Answer, Turn]:
    """What reader and machine make of a stream."""
    exchange = recorded(corpus, name)
    turn = turn_of(dialect, judged(exchange, dialect).case.stream)
    given = read(READERS[dialect](session), (corpus / name).read_bytes())
    return folded(settled(session, given)), turn


def _differences(turn: Turn, answer: Answer) -> Iterator[str]:
    """In what they differ."""
    if (turn.ended == "clean") is not (answer.error is None) and not _is_spoken(turn):
        yield "end"
    for theirs in turn.choices:
        yield from _of_choice(theirs, answer.choices.get(theirs.index) or Folded(), answer)


def _of_choice(theirs: Choice, mine: Folded, answer: Answer) -> Iterator[str]:
    for name in ("text", "refusal", "reasoning"):
        if getattr(theirs, name) != getattr(mine, name):
            yield name
    calls = [(one.name, one.id, one.kind, one.arguments or "{}") for one in theirs.calls]
    if calls != [(one.name, one.id, one.kind, one.arguments) for one in mine.calls]:
        yield "calls"
    if [(one.url, one.title) for one in theirs.citations] != mine.citations:
        yield "citations"
    if [one.seal for one in theirs.thoughts if one.seal] != mine.seals:
        yield "seals"
    # A function that had to be called ends with `stop` at OpenAI; elsewhere that is mended (L224).
    is_mended = (theirs.finish, mine.finish) == ("stop", "tool_calls")
    if answer.error is None and theirs.finish not in {mine.finish, None, "other"} and not is_mended:
        yield "finish"


def _is_spoken(turn: Turn) -> bool:
    """Spoken answers have no finish reason."""
    return any(getattr(one, "kind", "") == "audio" for choice in turn.choices for one in choice.segments)

"""What the readers of Gemini and Anthropic make of real traffic is what their machines make of the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.jsonvalue import try_parse
from harness.sse.array_stream import StreamOrArray
from harness.translation.readers.anthropic import AnthropicReader
from harness.translation.readers.gemini import GeminiReader
from harness.turn.reading import turn_of
from tests.folding import Answer, Folded, a_session, folded, settled
from tests.judging import dialect_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.translation.profiles import UpstreamDialect
    from harness.turn.increments import Increment
    from harness.turn.turn import Choice, Turn

pytestmark = pytest.mark.corpus

READERS: dict[str, type[GeminiReader | AnthropicReader]] = {
    "gemini": GeminiReader,
    "anthropic": AnthropicReader,
}
DIALECTS: tuple[UpstreamDialect, ...] = ("gemini", "anthropic")
EXPECTED = {"gemini": (190, 130), "anthropic": (340, 150)}
"""At least as many streams and whole answers there are."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_stream_is_read_as_the_machine_reads_it(corpus: Path, dialect: UpstreamDialect) -> None:
    """Text, thought, signatures, calls, sources, usage, model, id and finish, and nothing that nobody knows."""
    counted = 0
    for row in _rows(corpus, "index.jsonl", dialect):
        answer, turn, losses = _both(dialect, (corpus / row["file"]).read_bytes())
        assert not list(_differences(turn, answer)), row["file"]
        unknown = [one for one in losses if one[0] == "L201" and not one[1].endswith("again")]
        assert not unknown, row["file"]
        counted += 1
    assert counted > EXPECTED[dialect][0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_whole_answer_is_read_as_the_machine_reads_it(corpus: Path, dialect: UpstreamDialect) -> None:
    """A whole answer says what its stream would; some were recorded as an array of responses."""
    counted = 0
    for row in _rows(corpus, "index_sync.jsonl", dialect):
        if row["status"] != 200:
            continue
        body = json.loads((corpus / row["file"]).read_bytes())["response"]
        if isinstance(body, list):
            answer, turn, _ = _both(dialect, json.dumps(body).encode())
        else:
            session = a_session(dialect)
            answer = folded(settled(session, READERS[dialect](session).whole(body)))
            machine: Any = dialect_named(dialect).machine(None)
            machine.whole(body)
            turn = turn_of(dialect, machine)
        assert not list(_differences(turn, answer)), row["file"]
        counted += 1
    assert counted > EXPECTED[dialect][1]


def _rows(corpus: Path, index: str, dialect: str) -> Iterator[dict[str, Any]]:
    for row in map(json.loads, (corpus / index).read_text("utf-8").splitlines()):
        if row["dialect"] == dialect:
            yield row


def _both(dialect: UpstreamDialect, body: bytes) -> tuple[Answer, Turn, list[tuple[str, str]]]:
    """What reader and machine make of a stream, and the reader's losses."""
    session, known = a_session(dialect), dialect_named(dialect)
    reader, machine, decoder = READERS[dialect](session), known.machine(None), StreamOrArray()
    given: list[Increment] = []
    for event in [*decoder.feed(body), *decoder.finish()]:
        _, payload = try_parse(event.data)
        if event.dispatched and isinstance(payload, dict):
            kind = known.kind(payload)
            if kind is not None:
                machine.step(kind)(event, payload)
            given += reader.event(event, payload)
    machine.finish()
    given += reader.finish()
    losses = [(one.code, one.detail) for one in session.ledger.losses]
    return folded(settled(session, given)), turn_of(dialect, machine), losses


def _differences(turn: Turn, answer: Answer) -> Iterator[str]:
    """In what they differ."""
    is_malformed = any(one.finish == "malformed" for one in turn.choices)
    if (turn.ended == "clean" and not is_malformed) is not (answer.error is None):
        yield "end"
    if (answer.usage.counts if answer.usage is not None else None) != turn.usage:
        yield "usage"
    if answer.start is not None and (answer.start.model, answer.start.upstream_id) != (
        turn.model,
        next(iter(turn.ids), None),
    ):
        yield "start"
    if {one.index for one in turn.choices} != set(answer.choices):
        yield "choices"
    for theirs in turn.choices:
        yield from _of_choice(theirs, answer.choices.get(theirs.index) or Folded(), answer)


def _of_choice(theirs: Choice, mine: Folded, answer: Answer) -> Iterator[str]:
    for name in ("text", "reasoning"):
        if getattr(theirs, name) != getattr(mine, name):
            yield name
    if [(one.name, one.arguments) for one in theirs.calls] != [
        (one.name, one.arguments) for one in mine.calls
    ]:
        yield "calls"
    ids = [one.id for one in theirs.calls]
    if any(one is not None and one != other.id for one, other in zip(ids, mine.calls, strict=False)):
        yield "ids"
    # The machine names each source once and only those of the web; a reader says for each place what it rests on.
    if {one.url for one in theirs.citations if one.url is not None} != {
        url for url, _ in mine.citations if url is not None
    }:
        yield "citations"
    if answer.error is None and [one.seal for one in theirs.thoughts if one.seal] != mine.seals:
        yield "seals"
    finish = {"pause": "length", "other": "stop"}.get(str(theirs.finish), theirs.finish)
    if answer.error is None and finish != mine.finish:
        yield "finish"

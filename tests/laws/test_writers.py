"""Whatever a turn is, what writers make of it breaks no rule and says what the turn says, streamed or whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.findings import Severity
from harness.translation.manner import Manner
from harness.translation.settling import Settling
from harness.translation.writers.chat import ChatWriter
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.increments import Error
from harness.turn.reading import turn_of
from tests.exchanging import exchange
from tests.increment_walks import CUSTOM, FUNCTIONS, Walk, walks
from tests.judging import judged
from tests.writing import Json, payloads, session_of, written

if TYPE_CHECKING:
    from harness.checking.check import Check
    from harness.turn.turn import Turn

_CHAT_TOOLS: list[Json] = [
    *({"type": "function", "function": {"name": name, "parameters": {}}} for name in FUNCTIONS),
    {"type": "custom", "custom": {"name": CUSTOM}},
]
_TOOLS: list[Json] = [
    *({"type": "function", "name": name, "parameters": {}, "strict": False} for name in FUNCTIONS),
    {"type": "custom", "name": CUSTOM},
]


def chat_body(walk: Walk, *, stream: bool = True, usage: bool = True) -> Json:
    """A request that the walk answers."""
    body: Json = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": _CHAT_TOOLS}
    if len(walk.answers) > 1:
        body["n"] = len(walk.answers)
    if stream:
        body["stream"] = True
        if usage and (walk.counts is not None or walk.error is not None):
            body["stream_options"] = {"include_usage": True}
    return body


def responses_body(*, stream: bool = True, seals: bool = False) -> Json:
    """A request that any walk answers."""
    body: Json = {"model": "m", "input": "x", "tools": _TOOLS}
    if stream:
        body["stream"] = True
    if seals:
        body["include"] = ["reasoning.encrypted_content"]
    return body


def check_of(dialect: str, body: Json, answer: bytes, *, whole: bool = False) -> Check:
    """The finished check of an answer to that request."""
    url = "chat/completions" if dialect == "chat" else "responses"
    return judged(exchange(url, body, [answer], whole=whole), dialect)


def wrongs(check: Check, *, without_usage: bool = False) -> list[str]:
    """Errors and warnings, but for what an upstream that did not count cannot be helped about."""
    helpless = {"RESP-TERM-004", "CHAT-SYNC-004", "CHAT-USE-001"} if without_usage else set()
    return [
        f"{one.rule} {one.severity} {one.message}"
        for one in check.findings
        if one.severity in {Severity.ERROR, Severity.WARNING} and one.rule not in helpless
    ]


def said(turn: Turn) -> list[tuple[Any, ...]]:
    """What the answers of a turn say, kind by kind."""
    return [
        (
            one.text,
            one.refusal,
            [(call.id, call.name, call.arguments) for call in one.calls],
            one.finish,
        )
        for one in turn.choices
    ]


def meant(walk: Walk) -> list[tuple[Any, ...]]:
    """The same of a walk."""
    return [
        (answer.text, answer.refusal, list(answer.calls), reason)
        for answer, reason in zip(walk.answers, walk.reasons, strict=True)
    ]


_manners = st.builds(
    Manner,
    reasoning=st.sampled_from(("drop", "reasoning_content", "reasoning", "reasoning_details")),
    early_role=st.booleans(),
    stream_losses=st.booleans(),
    error_event=st.booleans(),
    empty_message=st.booleans(),
)


@given(walk=walks(choices=3, seals=True), manner=_manners)
@settings(max_examples=150)
def test_a_stream_of_chat_breaks_no_rule_and_says_what_the_turn_says(walk: Walk, manner: Manner) -> None:
    """In every manner, with several answers at once, and where the turn breaks off."""
    body = chat_body(walk)
    writer = ChatWriter(session_of(body, "anthropic", manner))
    stream = written(writer, walk.increments)
    if not writer.begun:
        assert stream == b""
        assert walk.error is not None
        return
    check = check_of("chat", body, stream)
    assert wrongs(check) == []
    if walk.error is None:
        assert said(turn_of("chat", check.case.stream)) == meant(walk)
        thoughts = [one.reasoning for one in turn_of("chat", check.case.stream).choices]
        told = ["".join(text.split()) for text in thoughts]
        if manner.reasoning != "drop":
            assert told == ["".join(one.thought.split()) for one in walk.answers]
        else:
            assert not any(told)


@given(walk=walks(choices=3, errors=False, seals=True), manner=_manners)
@settings(max_examples=150)
def test_a_whole_completion_is_the_fold_of_its_stream(walk: Walk, manner: Manner) -> None:
    """Nothing is in the one that is not in the other, and the whole breaks no rule either."""
    body = chat_body(walk)
    writer = ChatWriter(session_of(body, "anthropic", manner))
    check = check_of("chat", body, written(writer, walk.increments))
    plain = chat_body(walk, stream=False)
    whole = check_of("chat", plain, json.dumps(writer.whole()).encode(), whole=True)
    assert wrongs(whole, without_usage=walk.counts is None) == []
    streamed, folded = turn_of("chat", check.case.stream), turn_of("chat", whole.case.stream)
    assert said(streamed) == said(folded)
    assert [one.reasoning for one in streamed.choices] == [one.reasoning for one in folded.choices]
    assert [one.citations for one in streamed.choices] == [one.citations for one in folded.choices]
    assert streamed.usage == folded.usage
    assert streamed.ids == folded.ids


@given(
    walk=walks(mixed=True, empty=True, seals=True) | walks(mixed=True, empty=True, items=True),
    manner=_manners,
    body=st.booleans().map(lambda seals: responses_body(seals=seals)),
)
@settings(max_examples=200)
def test_a_stream_of_responses_breaks_no_rule_and_says_what_the_turn_says(
    walk: Walk, manner: Manner, body: Json
) -> None:
    """In every manner, whether thought is sealed or not, and where the turn breaks off."""
    writer = ResponsesWriter(session_of(body, "anthropic", manner))
    check = check_of("responses", body, written(writer, walk.increments))
    assert wrongs(check, without_usage=walk.counts is None) == []
    if walk.error is None:
        turn = turn_of("responses", check.case.stream)
        assert said(turn) == meant(walk)
        assert [one.reasoning for one in turn.choices] == [one.thought for one in walk.answers]


@given(walk=walks(mixed=True, empty=True, errors=False), manner=_manners)
@settings(max_examples=150)
def test_a_whole_response_is_the_object_of_its_terminal_event(walk: Walk, manner: Manner) -> None:
    """It lists the very items that were streamed, and breaks no rule either."""
    body = responses_body()
    writer = ResponsesWriter(session_of(body, "anthropic", manner))
    events = payloads(written(writer, walk.increments))
    assert events[-1]["response"] == json.loads(json.dumps(writer.whole()))
    done = [one for one in events if one["type"] == "response.output_item.done"]
    items = [one["item"] for one in sorted(done, key=lambda one: one["output_index"])]
    assert events[-1]["response"]["output"] == items
    plain = responses_body(stream=False)
    whole = check_of("responses", plain, json.dumps(writer.whole()).encode(), whole=True)
    assert wrongs(whole, without_usage=walk.counts is None) == []


@given(walk=walks(mixed=True, empty=True), start=st.integers(0, 1))
@settings(max_examples=100)
def test_events_are_counted_without_gaps_and_items_without_holes(walk: Walk, start: int) -> None:
    """Sequence numbers follow each other from the first, and output indexes from 0."""
    writer = ResponsesWriter(session_of(responses_body(), "anthropic", Manner(sequence_start=start)))
    events = payloads(written(writer, walk.increments))
    assert [one["sequence_number"] for one in events] == list(range(start, start + len(events)))
    added = [one["output_index"] for one in events if one["type"] == "response.output_item.added"]
    assert added == list(range(len(added)))


@given(walk=walks(choices=3, mixed=True, empty=True, items=True, seals=True))
@settings(max_examples=100)
def test_walks_are_settled(walk: Walk) -> None:
    """Settling finds nothing to mend in them, so they are what writers are promised."""
    settling = Settling(session_of(responses_body(), "anthropic"))
    settled = [after for one in walk.increments for after in settling.settle(one)]
    if not any(isinstance(one, Error) for one in walk.increments):
        assert settled == list(walk.increments)

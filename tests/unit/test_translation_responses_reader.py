"""What a reader makes of the events of the Responses API, OpenAI's and other servers'."""

from __future__ import annotations

from typing import Any

import pytest

from harness.turn import increments as i
from tests.responses_events import (
    COMPLETED,
    CREATED,
    IN_TEXT,
    MESSAGE,
    WHOLE_MESSAGE,
    added,
    answer_of,
    ended,
    event,
    of,
    raw_of,
    response,
    said,
    text,
)

PART = event("content_part.added", **IN_TEXT, part=text(""))


# -- the frame


@pytest.mark.parametrize("kind", ["created", "queued", "in_progress"])
def test_the_first_event_with_the_response_begins_the_answer(kind: str) -> None:
    """Its object is kept whole for a writer of the same dialect."""
    body = response("in_progress", service_tier="default")
    given, _ = raw_of(event(kind, response=body), event("in_progress", response={}))
    assert given[:-1] == [
        i.Start(
            src=0,
            upstream_id="resp_1",
            model="m",
            created=1_700_000_000,
            service_tier="default",
            dialect="responses",
            raw=body,
        )
    ]


def test_the_terminal_event_ends_the_answer_with_its_whole_object() -> None:
    """What comes after it is nobody's."""
    usage = {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 14,
    }
    body = response(usage=usage)
    given, losses = raw_of(CREATED, event("completed", response=body), said("late"), "[DONE]")
    counted, finish, eof = given[1:]
    assert isinstance(counted, i.Usage)
    counts = counted.counts
    assert (counts.input, counts.cached, counts.cache_write) == (9, 4, None)
    assert (counts.output, counts.reasoning, counts.total, counted.raw) == (5, 3, 14, usage)
    assert finish == i.Finish(src=1, reason="stop", native="completed", dialect="responses", raw=body)
    assert eof == i.Eof(src=1, clean=True)
    assert losses == []


@pytest.mark.parametrize(
    ("kind", "status", "why", "reason", "codes"),
    [
        ("completed", "completed", None, "stop", []),
        ("incomplete", "incomplete", "max_output_tokens", "length", []),
        ("incomplete", "incomplete", "content_filter", "content_filter", []),
        ("incomplete", "incomplete", None, "length", ["L223"]),
        ("completed", "incomplete", "max_output_tokens", "length", []),
    ],
)
def test_the_status_is_told_as_a_finish_reason(
    kind: str, status: str, why: str | None, reason: str, codes: list[str]
) -> None:
    """The object's own status counts, whatever the event is called."""
    details = {"reason": why} if why else None
    answer, told = answer_of(CREATED, event(kind, response=response(status, incomplete_details=details)))
    assert answer.error is None
    assert told == codes
    given, _ = raw_of(CREATED, event(kind, response=response(status, incomplete_details=details)))
    assert [one.reason for one in of(given, i.Finish)] == [reason]


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (
            [event("failed", response=response("failed", error={"code": "server_error", "message": "no"}))],
            None,
        ),
        ([event("failed", response=response("failed"))], None),
        ([event("cancelled", response=response("cancelled"))], "cancelled"),
        ([{"type": "error", "code": "x", "message": "no", "param": None}], None),
        ([{"type": "error", "error": {"type": "x", "code": "rate_limit_exceeded", "message": "no"}}], None),
        (["[DONE]"], "upstream_incomplete"),
        ([], "upstream_disconnected"),
    ],
)
def test_an_answer_that_fails_is_one_error(ending: list[Any], code: str | None) -> None:
    """Flat or nested, with or without the failed response that says the same again."""
    again = event("failed", response=response("failed", error={"code": "server_error", "message": "again"}))
    given, _ = raw_of(CREATED, added(MESSAGE), said("a"), *ending, *([again] if ending else []))
    (error,) = of(given, i.Error)
    assert isinstance(given[-1], i.Error)
    assert error.message
    assert error.status >= 400
    if code is not None:
        assert error.code == code


def test_a_failed_response_still_says_what_it_cost() -> None:
    """Usage goes before the error."""
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    answer, _ = answer_of(
        CREATED, event("failed", response=response("failed", error={"message": "no"}, usage=usage))
    )
    assert answer.usage is not None
    assert answer.usage.counts.total == 3


# -- messages


def test_a_message_is_told_with_its_id_status_phase_and_pieces() -> None:
    """As OpenAI sends it, with padding and log probabilities."""
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    whole = {**MESSAGE, "content": [text("ab")], "phase": "commentary"}
    given, losses = raw_of(
        CREATED,
        added({**MESSAGE, "phase": "commentary"}),
        PART,
        said("a", logprobs=[token], obfuscation="x"),
        said("b", logprobs=[], obfuscation="y"),
        event("output_text.done", **IN_TEXT, text="ab", logprobs=[token]),
        event("content_part.done", **IN_TEXT, part=text("ab")),
        ended(whole),
        event("completed", response=response(output=[{**whole, "status": "completed"}])),
    )
    assert given[1:-2] == [
        i.MessageStart(src=1, ref=1, item_id="msg_1", phase="commentary"),
        i.TextStart(src=2, ref=2),
        i.TextDelta(src=3, ref=2, text="a", logprobs=[token], obfuscation="x"),
        i.TextDelta(src=4, ref=2, text="b", obfuscation="y"),
        i.TextEnd(src=6, ref=2),
        i.MessageEnd(src=7, ref=1, status="completed"),
    ]
    assert losses == []


def test_refusals_are_parts_of_messages() -> None:
    """With deltas or with the done event only."""
    for pieces in (["n", "o"], []):
        answer, codes = answer_of(
            CREATED,
            added(MESSAGE),
            event("content_part.added", **IN_TEXT, part={"type": "refusal", "refusal": ""}),
            *[event("refusal.delta", **IN_TEXT, delta=one) for one in pieces],
            event("refusal.done", **IN_TEXT, refusal="no"),
            event("content_part.done", **IN_TEXT, part={"type": "refusal", "refusal": "no"}),
            ended({**MESSAGE, "content": [{"type": "refusal", "refusal": "no"}]}),
            COMPLETED,
        )
        assert (answer.choices[0].refusal, codes) == ("no", [])


NOTE = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}


@pytest.mark.parametrize("told", [0, 1, 2])
def test_annotations_are_told_once_by_their_events_or_by_the_end_of_the_part(told: int) -> None:
    """Those that no event has told come with the end."""
    notes = [{**NOTE, "url": "u0"}, {**NOTE, "url": "u1"}]
    given, losses = raw_of(
        CREATED,
        added(MESSAGE),
        PART,
        said("a"),
        *[event("output_text.annotation.added", **IN_TEXT, annotation=one) for one in notes[:told]],
        event("content_part.done", **IN_TEXT, part=text("a", annotations=notes)),
        ended({**MESSAGE, "content": [text("a", annotations=notes)]}),
        COMPLETED,
    )
    assert [(one.url, one.begin, one.end, one.raw) for one in of(given, i.Annotation)] == [
        ("u0", 0, 1, notes[0]),
        ("u1", 0, 1, notes[1]),
    ]
    assert losses == []


@pytest.mark.parametrize(
    ("pieces", "done", "delivered", "codes", "final"),
    [
        (["a", "b"], "ab", ["a", "b"], [], None),
        ([], "ab", ["ab"], [], None),
        (["a"], "abc", ["a", "bc"], ["L215"], None),
        (["a", "b"], "xy", ["a", "b"], ["L217"], "xy"),
        (["a", "b"], "a", ["a", "b"], ["L217"], "a"),
    ],
)
def test_what_a_done_event_says_is_compared_with_the_deltas(
    pieces: list[str], done: str, delivered: list[str], codes: list[str], final: str | None
) -> None:
    """A missing end is delivered; other words are only for the final object."""
    given, losses = raw_of(
        CREATED,
        added(MESSAGE),
        PART,
        *map(said, pieces),
        event("output_text.done", **IN_TEXT, text=done),
        event("content_part.done", **IN_TEXT, part=text(done)),
        ended({**MESSAGE, "content": [text(done)]}),
        COMPLETED,
    )
    assert [one.text for one in of(given, i.TextDelta)] == delivered
    assert [one.final for one in of(given, i.TextEnd)] == [final]
    assert [code for code, _ in losses] == codes


@pytest.mark.parametrize(
    "payloads",
    [
        [said("a"), said("b")],
        [added(MESSAGE), said("a"), event("output_text.done", **IN_TEXT, text="ab")],
        [event("output_text.done", **IN_TEXT, text="ab")],
        [ended(WHOLE_MESSAGE)],
        [added(MESSAGE), ended(WHOLE_MESSAGE)],
        [],
    ],
    ids=["no start", "no second delta", "done only", "item's end only", "start and end", "final object only"],
)
def test_a_message_is_delivered_once_wherever_it_is_told(payloads: list[dict[str, Any]]) -> None:
    """And once more in the final object, where nothing is new."""
    answer, _ = answer_of(CREATED, *payloads, event("completed", response=response(output=[WHOLE_MESSAGE])))
    assert answer.error is None
    assert answer.choices[0].text == "ab"
    assert answer.choices[0].order == ["TextStart"]


@pytest.mark.parametrize("index", [0, 1])
def test_ids_that_change_do_not_double_an_item(index: int) -> None:
    """Some servers give an item another id in each event: its place and type tell."""
    other = {**WHOLE_MESSAGE, "id": "msg_2"}
    answer, _ = answer_of(
        CREATED,
        added(MESSAGE, index),
        {**said("ab"), "item_id": "msg_9", "output_index": index},
        ended(other, index),
        event(
            "completed", response=response(output=[{"type": "other"}] * index + [{**other, "id": "msg_3"}])
        ),
    )
    assert answer.choices[0].text == "ab"


def test_parts_that_are_numbered_behind_the_thought_are_not_doubled() -> None:
    """Bedrock's first part of a message has `content_index` 1."""
    answer, codes = answer_of(
        CREATED, added(MESSAGE), {**said("ab"), "content_index": 1}, ended(WHOLE_MESSAGE), COMPLETED
    )
    assert (answer.choices[0].text, codes) == ("ab", [])

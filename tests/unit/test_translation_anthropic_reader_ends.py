"""What answers of Anthropic cost, how they end, and what of them is reported."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.readers.anthropic import AnthropicReader
from harness.turn import increments as i
from harness.turn.turn import Usage as Counts
from tests.anthropic_answers import (
    PING,
    START,
    STOP,
    TEXT,
    USAGE,
    answer_of,
    begin,
    delta,
    end,
    raw_of,
    reason,
    whole_of,
)
from tests.folding import Call, a_session


def test_usage_is_the_last_and_null_takes_nothing_away() -> None:
    """Counts are cumulative; thinking tokens are told where Anthropic tells them."""
    last = reason("end_turn", input_tokens=None, output_tokens_details={"thinking_tokens": 3})
    answer, _ = answer_of(START, *TEXT, reason(), last, STOP)
    assert answer.usage is not None
    assert answer.usage.counts == Counts(input=16, cached=4, cache_write=2, output=7, reasoning=3, total=23)


def test_usage_that_counts_nothing_is_none() -> None:
    """Unknown is not 0."""
    start = {"type": "message_start", "message": {"id": "msg_1", "usage": {"service_tier": "standard"}}}
    answer, losses = answer_of(
        start, *TEXT, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, STOP
    )
    assert answer.usage is None
    assert losses == ["L240"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("overloaded_error", 503),
        ("rate_limit_error", 429),
        ("api_error", 502),
        ("invalid_request_error", 400),
    ],
)
def test_an_error_event_ends_the_answer(kind: str, status: int) -> None:
    """What comes after it is not read."""
    error = {"type": "error", "error": {"type": kind, "message": "No."}}
    given, _ = raw_of(START, *TEXT[:2], error, *TEXT[2:], reason(), STOP)
    assert isinstance(given[-1], i.Error)
    assert (given[-1].status, given[-1].message, given[-1].native) == (status, "No.", kind)
    whole = list(AnthropicReader(a_session("anthropic")).whole(error))
    assert [(type(one), one.status) for one in whole if isinstance(one, i.Error)] == [(i.Error, status)]


def test_an_error_of_another_shape_is_an_error() -> None:
    """A gateway in front of Anthropic may speak in OpenAI's words."""
    given, _ = raw_of(START, {"error": {"message": "No.", "code": 500}})
    assert isinstance(given[-1], i.Error)


@pytest.mark.parametrize("cut", range(7))
def test_a_stream_that_ends_before_its_reason_has_broken_off(cut: int) -> None:
    """Whatever it had said."""
    stream = (START, *TEXT, PING)
    answer, _ = answer_of(*stream[:cut])
    assert answer.error is not None
    assert answer.error.code == "upstream_disconnected"


def test_a_stream_that_ends_after_its_reason_is_whole() -> None:
    """Only `message_stop` is missing."""
    answer, losses = answer_of(START, *TEXT, reason())
    assert answer.error is None
    assert answer.eof == i.Eof(clean=False)
    assert losses == []


def test_an_end_without_a_reason_is_no_success() -> None:
    """`message_stop` says that nothing comes, and not why."""
    answer, _ = answer_of(START, *TEXT, STOP)
    assert answer.error is not None
    assert answer.error.code == "upstream_incomplete"


def test_a_text_that_goes_on_after_its_end_is_not_lost() -> None:
    """Another block is open, and a delta names the one before; an input that goes on so is reported."""
    answer, losses = answer_of(
        START,
        *TEXT,
        begin(1, "tool_use", id="toolu_1", name="look", input={}),
        delta(0, "text_delta", text="!"),
        end(1),
        begin(2, "text", text=" Bye"),
        delta(1, "input_json_delta", partial_json="{}"),
        end(2),
        reason("tool_use"),
        STOP,
    )
    assert answer.choices[0].text == "Hello! Bye"
    assert answer.choices[0].calls == [Call("look", "toolu_1", "function", "{}")]
    assert losses == ["L201"]


def test_what_belongs_nowhere_is_reported() -> None:
    """Unknown events, members, deltas of blocks that are not open."""
    given, losses = raw_of(
        {**START, "odd": 1},
        {"type": "novelty"},
        delta(0, "text_delta", text="lost"),
        TEXT[0],
        delta(0, "odd_delta", text="lost"),
        delta(0, "input_json_delta", partial_json="{}"),
        delta(0, "text_delta", text="Hi", odd=1),
        delta(0, "text_delta", text=7),
        end(0),
        START,
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "container": {"id": "c"}},
            "usage": {},
        },
        STOP,
    )
    assert "".join(one.text for one in given if isinstance(one, i.TextDelta)) == "Hi"
    assert losses == [
        ("L201", "odd"),
        ("L201", "novelty"),
        ("L201", "text_delta of no block that is open"),
        ("L201", "odd_delta in a block of another type"),
        ("L201", "input_json_delta in a block of another type"),
        ("L201", "delta.odd"),
        ("L201", "delta.text"),
        ("L201", "message_start, again"),
        ("L235", "container"),
    ]


def test_a_whole_message_is_what_its_stream_would_have_been() -> None:
    """The same increments, but for the events that they come from and how the text was cut."""
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "blob"},
        {
            "type": "text",
            "text": "Hello",
            "citations": [{"type": "x", "url": "https://a.example", "title": "A"}],
        },
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"at": "Oslo"}},
        {"type": "tool_use", "id": "toolu_2", "name": "rest", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
    ]
    stream: list[dict[str, Any]] = [START]
    for index, block in enumerate(blocks):
        stream += [{"type": "content_block_start", "index": index, "content_block": block}, end(index)]
    usage = {**USAGE, "output_tokens": 7}
    streamed, _ = answer_of(*stream, reason("tool_use"), STOP)
    whole, losses = whole_of(content=blocks, stop_reason="tool_use", usage=usage)
    assert whole.choices == streamed.choices
    assert whole.usage is not None
    assert streamed.usage is not None
    assert whole.usage.counts == streamed.usage.counts
    assert whole.error is None
    assert losses == []


def test_a_body_that_is_no_message_is_no_answer() -> None:
    """An object of another kind is told as malformed."""
    (error,) = AnthropicReader(a_session("anthropic")).whole({"choices": []})
    assert isinstance(error, i.Error)
    assert error.code == "upstream_malformed"

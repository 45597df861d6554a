"""What a reader makes of the events of Anthropic Messages."""

from __future__ import annotations

from typing import Any

import pytest

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
from tests.folding import Call


def test_a_text_is_read_from_start_to_end() -> None:
    """Every increment, in order, each with the event that it came from; pings are nothing."""
    given, losses = raw_of(START, PING, *TEXT, reason(), STOP)
    assert given == [
        i.Start(src=0, upstream_id="msg_1", model="claude-x", dialect="anthropic"),
        i.Usage(
            src=0,
            counts=Counts(input=16, cached=4, cache_write=2, output=1, total=17),
            dialect="anthropic",
            raw=USAGE,
        ),
        i.TextStart(src=2, ref=1),
        i.TextDelta(src=3, ref=1, text="Hel"),
        i.TextDelta(src=4, ref=1, text="lo"),
        i.TextEnd(src=5, ref=1),
        i.Usage(
            src=6,
            counts=Counts(input=16, cached=4, cache_write=2, output=7, total=23),
            dialect="anthropic",
            raw={**USAGE, "output_tokens": 7},
        ),
        i.Finish(
            src=6, reason="stop", native="end_turn", dialect="anthropic", raw={"stop_reason": "end_turn"}
        ),
        i.Eof(src=7),
    ]
    assert losses == []


@pytest.mark.parametrize(
    ("native", "expected", "codes"),
    [
        ("end_turn", "stop", []),
        ("stop_sequence", "stop", []),
        ("max_tokens", "length", []),
        ("model_context_window_exceeded", "length", []),
        ("refusal", "content_filter", []),
        ("pause_turn", "length", ["L221"]),
        ("compaction", "length", ["L221"]),
        ("bored", "stop", ["L223"]),
        ("tool_use", "stop", ["L225"]),
    ],
)
def test_each_stop_reason_is_one_of_openais(native: str, expected: str, codes: list[str]) -> None:
    """4.8 of the mapping; a word that has no equal is a loss."""
    answer, losses = answer_of(START, *TEXT, reason(native), STOP)
    assert (answer.choices[0].finish, losses) == (expected, codes)
    whole, again = whole_of(content=[{"type": "text", "text": "Hello"}], stop_reason=native)
    assert (whole.choices[0].finish, again) == (expected, codes)


def test_a_call_is_read_with_its_arguments_as_they_were_cut() -> None:
    """The pieces are the upstream's; the empty first one is none."""
    given, losses = raw_of(
        START,
        begin(0, "tool_use", id="toolu_1", name="look", input={}, caller={"type": "direct"}),
        delta(0, "input_json_delta", partial_json=""),
        delta(0, "input_json_delta", partial_json='{"at": "O'),
        delta(0, "input_json_delta", partial_json='slo"}'),
        end(0),
        reason("tool_use"),
        STOP,
    )
    assert [one for one in given if isinstance(one, i.ToolStart | i.ArgsDelta | i.ToolEnd)] == [
        i.ToolStart(src=1, ref=1, name="look", call_id="toolu_1"),
        i.ArgsDelta(src=3, ref=1, text='{"at": "O'),
        i.ArgsDelta(src=4, ref=1, text='slo"}'),
        i.ToolEnd(src=6, ref=1),
    ]
    assert losses == []


@pytest.mark.parametrize(
    ("initial", "pieces", "expected"),
    [
        ({}, [], "{}"),
        (None, [], "{}"),
        ({}, [""], "{}"),
        ({"at": "Oslo"}, [], '{"at":"Oslo"}'),
        ({"at": "Oslo"}, ['{"at":"Rome"}'], '{"at":"Rome"}'),
    ],
)
def test_the_input_of_the_start_counts_where_no_delta_brings_any(
    initial: Any, pieces: list[str], expected: str
) -> None:
    """A call without arguments has `{}`, as clients parse what they are given."""
    given = [delta(0, "input_json_delta", partial_json=one) for one in pieces]
    block = begin(0, "tool_use", id="toolu_1", name="look", input=initial)
    answer, losses = answer_of(START, block, *given, end(0), reason("tool_use"), STOP)
    assert answer.choices[0].calls == [Call("look", "toolu_1", "function", expected)]
    assert (answer.choices[0].finish, losses) == ("tool_calls", [])


@pytest.mark.parametrize(
    ("native", "piece", "status"),
    [("max_tokens", '{"at": "O', "incomplete"), ("max_tokens", "{}", None), ("tool_use", '{"at": "O', None)],
)
def test_a_call_that_the_limit_cut_is_incomplete(native: str, piece: str, status: str | None) -> None:
    """Its block stops like any other; that it was cut is known with the stop reason."""
    block = begin(0, "tool_use", id="toolu_1", name="look", input={})
    given, _ = raw_of(
        START, block, delta(0, "input_json_delta", partial_json=piece), end(0), reason(native), STOP
    )
    (ended,) = (one for one in given if isinstance(one, i.ToolEnd))
    assert ended.status == status


def test_a_call_without_a_name_is_left_out() -> None:
    """Nobody could answer it."""
    block = begin(0, "tool_use", id="toolu_1", name="", input={})
    piece = delta(0, "input_json_delta", partial_json="{}")
    answer, losses = answer_of(START, block, piece, end(0), reason("end_turn"), STOP)
    assert answer.choices[0].calls == []
    assert losses == ["L218"]


def test_thought_keeps_its_signature() -> None:
    """It is what lets the thought be sent back."""
    given, losses = raw_of(
        START,
        begin(0, "thinking", thinking="", signature=""),
        delta(0, "thinking_delta", thinking="Hm."),
        delta(0, "signature_delta", signature="c2ln"),
        delta(0, "signature_delta", signature="bmVk"),
        end(0),
        reason(),
        STOP,
    )
    assert given[2:5] == [
        i.ReasoningStart(src=1, ref=1),
        i.ReasoningDelta(src=2, ref=1, text="Hm.", visibility="raw"),
        i.ReasoningEnd(src=5, ref=1, signature="c2lnbmVk", vendor="anthropic"),
    ]
    assert losses == []


def test_redacted_thought_is_carried() -> None:
    """Nothing of it can be read, and all of it is sent back."""
    given, _ = raw_of(START, begin(0, "redacted_thinking", data="blob"), end(0), reason(), STOP)
    assert given[2:4] == [
        i.ReasoningStart(src=1, ref=1),
        i.ReasoningEnd(src=2, ref=1, encrypted="blob", vendor="anthropic"),
    ]


def test_citations_stand_for_their_whole_block() -> None:
    """They are told when its length is known; a source that has no URL keeps Anthropic's own word."""
    web = {"type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "x"}
    page = {"type": "page_location", "document_title": "B", "document_index": 0}
    found = {"type": "search_result_location", "source": "https://c.example", "title": "C"}
    cites = [delta(0, "citations_delta", citation=one) for one in (web, page, found)]
    given, _ = raw_of(START, TEXT[0], *cites, *TEXT[1:], reason(), STOP)
    assert [one for one in given if isinstance(one, i.Annotation)] == [
        i.Annotation(
            src=src, ref=1, kind=kind, url=url, title=title, begin=0, end=5, dialect="anthropic", raw=raw
        )
        for src, kind, url, title, raw in (
            (2, "url_citation", "https://a.example", "A", web),
            (3, "page_location", None, "B", page),
            (4, "url_citation", "https://c.example", "C", found),
        )
    ]


def test_hosted_tools_and_unknown_blocks_are_kept_as_they_are() -> None:
    """The input that deltas bring is in the block that ends."""
    use = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    result = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    given, losses = raw_of(
        START,
        {"type": "content_block_start", "index": 0, "content_block": use},
        delta(0, "input_json_delta", partial_json='{"query":'),
        delta(0, "input_json_delta", partial_json='"x"}'),
        end(0),
        {"type": "content_block_start", "index": 1, "content_block": result},
        end(1),
        reason(),
        STOP,
    )
    told = [one for one in given if isinstance(one, i.ServerTool)]
    assert [(one.ref, one.kind, one.step, one.item_id) for one in told] == [
        (1, "server_tool_use", "start", "srvtoolu_1"),
        (1, "server_tool_use", "end", "srvtoolu_1"),
        (2, "web_search_tool_result", "start", "srvtoolu_1"),
        (2, "web_search_tool_result", "end", "srvtoolu_1"),
    ]
    assert told[1].raw == {**use, "input": {"query": "x"}}
    assert losses == []


def test_several_blocks_have_references_of_their_own() -> None:
    """Thought, text, call, text: in order, none used twice."""
    answer, _ = answer_of(
        START,
        begin(0, "thinking", thinking="Hm."),
        end(0),
        begin(1, "text", text="One."),
        end(1),
        begin(2, "tool_use", id="toolu_1", name="look", input={}),
        end(2),
        begin(3, "text", text="Two."),
        end(3),
        reason("tool_use"),
        STOP,
    )
    choice = answer.choices[0]
    assert choice.order == ["ReasoningStart", "TextStart", "ToolStart", "TextStart"]
    assert (choice.text, choice.reasoning) == ("One.Two.", "Hm.")

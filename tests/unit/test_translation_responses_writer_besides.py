"""Sources, failures and what one dialect says besides, in events of Responses."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.increments import (
    Annotation,
    Audio,
    Eof,
    Error,
    Finish,
    Image,
    MessageEnd,
    MessageStart,
    ReasoningEnd,
    ReasoningStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    Usage,
)
from harness.turn.turn import Usage as Counts
from tests.responses_answers import ASKED, START, STOP, TEXT, answered, call, items, lost, types
from tests.writing import payloads, session_of, written

FAILED = Error(status=429, type="rate_limit_error", code="rate_limit_exceeded", message="slow down")


def test_annotations_are_counted_within_their_part() -> None:
    """One without a place stands for the text so far; others' kinds are lost."""
    events, _, session = answered(
        START,
        TextStart(ref=1),
        TextDelta(ref=1, text="Oslo"),
        Annotation(ref=1, url="https://example.org/a", title="A", begin=1, end=3),
        Annotation(ref=1, url="https://example.org/b"),
        Annotation(ref=1, kind="char_location", src=5),
        TextEnd(ref=1),
        STOP,
        Eof(),
    )
    added = [one for one in events if one["type"] == "response.output_text.annotation.added"]
    assert [one["annotation_index"] for one in added] == [0, 1]
    notes = [
        {
            "type": "url_citation",
            "start_index": 1,
            "end_index": 3,
            "title": "A",
            "url": "https://example.org/a",
        },
        {
            "type": "url_citation",
            "start_index": 0,
            "end_index": 4,
            "title": "",
            "url": "https://example.org/b",
        },
    ]
    assert items(events)[0]["content"][0]["annotations"] == [one["annotation"] for one in added] == notes
    assert lost(session) == ["L231"]


def test_log_probabilities_of_chat_are_made_whole() -> None:
    """Servers leave the bytes out; Responses has them in every entry."""
    entry = {"token": "é", "logprob": -1, "bytes": None, "top_logprobs": [{"token": "e", "logprob": -2}]}
    events, _, _ = answered(
        START,
        TextStart(ref=1),
        TextDelta(ref=1, text="é", logprobs=[entry, "no entry"]),
        TextEnd(ref=1),
        STOP,
        Eof(),
        upstream="chat",
    )
    other = {"token": "e", "logprob": -2, "bytes": [101]}
    whole = [{"token": "é", "logprob": -1, "bytes": [195, 169], "top_logprobs": [other]}]
    assert [one["logprobs"] for one in events if "logprobs" in one] == [whole, whole]
    assert items(events)[0]["content"][0]["logprobs"] == whole


def test_an_error_ends_what_is_open_and_fails_the_response() -> None:
    """A whole response object says so, with the usage that is known."""
    counts = Usage(counts=Counts(input=1, output=2, cached=0, reasoning=0, cache_write=0))
    events, _, session = answered(START, *TEXT[:2], counts, FAILED, Eof(clean=False))
    assert types(events)[-4:] == ["output_text.done", "content_part.done", "output_item.done", "failed"]
    response = events[-1]["response"]
    assert (response["status"], response["completed_at"]) == ("failed", None)
    assert response["error"] == {"code": "rate_limit_exceeded", "message": "slow down"}
    assert [one["status"] for one in response["output"]] == ["incomplete"]
    assert response["usage"]["total_tokens"] == 3
    assert lost(session) == []


def test_when_it_fails_calls_before_the_last_item_are_complete_or_stay_open() -> None:
    """Only the last item may be incomplete; one that is not whole stays open, as its end is not known."""
    whole, torn = call(1, "f", '{"a":1}')[:2], call(2, "g", '{"a')[:2]
    events, _, _ = answered(START, *whole, *torn, *TEXT[:2], FAILED, Eof(clean=False))
    assert [(one["type"], one["status"]) for one in items(events)] == [
        ("function_call", "completed"),
        ("message", "incomplete"),
    ]


def test_an_error_before_the_beginning_is_for_an_http_status() -> None:
    """Nothing has been written then."""
    writer = ResponsesWriter(session_of(ASKED))
    assert written(writer, (FAILED, Eof(clean=False))) == b""
    assert not writer.begun


def test_an_error_event_may_go_before_the_failure() -> None:
    """For clients that look for it."""
    events, _, _ = answered(START, FAILED, Eof(clean=False), manner=Manner(error_event=True))
    assert types(events) == ["created", "in_progress", "error", "failed"]
    assert (events[2]["code"], events[2]["message"], events[2]["param"]) == (
        "rate_limit_exceeded",
        "slow down",
        None,
    )


@pytest.mark.parametrize(
    ("manner", "kinds"), [(Manner(), []), (Manner(empty_message=True), ["message"])], ids=["plain", "message"]
)
def test_an_answer_that_says_nothing_completes(manner: Manner, kinds: list[str]) -> None:
    """With nothing in it, or with one empty message."""
    events, _, _ = answered(START, STOP, Eof(), manner=manner)
    assert events[-1]["type"] == "response.completed"
    assert [one["type"] for one in items(events)] == kinds


def test_manners_of_numbers_and_ends() -> None:
    """The first number may be another, and `[DONE]` may follow, as some clients want it."""
    manner = Manner(sequence_start=1, responses_done=True, stream_losses=True)
    stream = written(
        ResponsesWriter(session_of(ASKED, manner=manner)),
        (START, Image(media_type="image/png", data="AA"), *TEXT, STOP, Eof()),
    )
    assert payloads(stream)[0]["sequence_number"] == 1
    assert stream.endswith(b"\n\ndata: [DONE]\n\n")
    assert b': harness-loss {"code":"L232"' in stream


def test_what_responses_has_no_place_for_is_told() -> None:
    """Other answers, sound, fingerprints, and what others' tools do."""
    _, _, session = answered(
        Start(fingerprint="fp_1", src=0),
        TextStart(ref=9, choice=1),
        TextDelta(ref=9, choice=1, text="B"),
        Audio(raw={"id": "a"}, src=3),
        ServerTool(ref=2, kind="executableCode", dialect="gemini", src=4),
        STOP,
        Eof(),
        upstream="gemini",
    )
    assert [(one.code, one.at) for one in session.ledger.losses] == [
        ("L235", "event 0"),
        ("L234", "answer"),
        ("L232", "event 3"),
        ("L233", "event 4"),
    ]


SEARCH = {"id": "ws_1", "type": "web_search_call", "status": "in_progress"}


def hosted(step: Any, event: str, **members: Any) -> ServerTool:
    """What a Responses upstream says of a tool that it runs."""
    raw = {"type": event, "output_index": 4, **members}
    return ServerTool(ref=1, kind="web_search_call", step=step, dialect="responses", raw=raw)


def test_items_of_the_same_dialect_are_passed_on_under_new_numbers() -> None:
    """Their ids, statuses, phases and padding are the upstream's; its own numbers are not."""
    ended = {**SEARCH, "status": "completed", "action": {"type": "search", "query": "x"}}
    events, _, session = answered(
        Start(upstream_id="resp_up", dialect="responses", raw={"top_p": 0.98, "output": [1], "billing": {"a": 1}}),
        hosted("start", "response.output_item.added", item=SEARCH),
        hosted("event", "response.web_search_call.in_progress", item_id="ws_1", sequence_number=90),
        hosted("end", "response.output_item.done", item=ended),
        ReasoningStart(ref=2, item_id="rs_1", encrypted="first"),
        ReasoningEnd(ref=2, encrypted="last", vendor="openai"),
        MessageStart(ref=3, item_id="msg_1", phase="final_answer"),
        TextStart(ref=4),
        TextDelta(ref=4, text="Hi", obfuscation="zz"),
        Annotation(ref=4, kind="file_citation", dialect="responses", raw={"type": "file_citation", "index": 1}),
        TextEnd(ref=4),
        MessageEnd(ref=3, status="completed"),
        Finish(reason="stop", dialect="responses", raw={"service_tier": "default", "completed_at": 77}),
        Eof(),
        upstream="responses",
    )  # fmt: skip
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert [one["output_index"] for one in events if "output_index" in one][:4] == [0, 0, 0, 1]
    assert events[0]["response"]["id"] == "resp_up"
    assert (events[0]["response"]["top_p"], events[0]["response"]["output"]) == (0.98, [])
    last = events[-1]["response"]
    assert (last["billing"], last["service_tier"], last["completed_at"]) == ({"a": 1}, "default", 77)
    search, thought, message = items(events)
    assert search == ended
    assert thought == {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "last"}
    added = [one["item"] for one in events if one["type"] == "response.output_item.added"]
    assert added[1]["encrypted_content"] == "first"
    assert (message["id"], message["phase"]) == ("msg_1", "final_answer")
    assert message["content"][0]["annotations"] == [{"type": "file_citation", "index": 1}]
    assert [one["obfuscation"] for one in events if "obfuscation" in one] == ["zz"]
    assert lost(session) == []


def test_an_item_that_the_upstream_leaves_open_is_ended_as_it_stood() -> None:
    """OpenAI does so with listings of MCP tools that come together."""
    raw = {"type": "response.output_item.added", "output_index": 0, "item": SEARCH}
    start = ServerTool(ref=1, kind="web_search_call", step="start", dialect="responses", raw=raw)
    end = ServerTool(ref=1, kind="", step="end")
    events, _, _ = answered(Start(), start, end, STOP, Eof(), upstream="responses")
    assert items(events) == [{**SEARCH, "status": "completed"}]


def test_a_response_in_the_background_is_queued_first() -> None:
    """Where the upstream says so."""
    events, _, _ = answered(Start(raw={"status": "queued"}), STOP, Eof(), upstream="responses")
    assert types(events) == ["created", "queued", "in_progress", "completed"]
    assert [one["response"]["status"] for one in events] == ["queued", "queued", "in_progress", "completed"]


def test_what_a_client_said_stands_in_the_response_whatever_the_upstream_repeats() -> None:
    """The upstream may have been asked otherwise."""
    raw = {"temperature": 1.0, "tools": None, "parallel_tool_calls": "yes", "instructions": None}
    events, _, _ = answered(
        Start(raw=raw), STOP, Eof(), upstream="responses", body={**ASKED, "temperature": 0.5}
    )
    for event in events:
        response = event["response"]
        said = (response["temperature"], response["tools"], response["parallel_tool_calls"])
        assert said == (0.5, [], True)


def test_what_a_chat_upstream_says_besides_is_told_as_lost() -> None:
    """Members of its chunks and choices that no schema has."""
    start = Start(dialect="chat", raw={"id": "x", "object": "y", "provider": "P", "usage": None}, src=0)
    raw = {"obfuscation": "zz", "choice": {"stop_reason": "</s>", "native_finish_reason": "stop"}}
    finish = Finish(reason="stop", dialect="chat", raw=raw, src=3)
    _, _, session = answered(start, *TEXT, finish, Eof(), upstream="chat")
    assert [(one.code, one.at, one.detail) for one in session.ledger.losses] == [
        ("L235", "event 0", "provider"),
        ("L235", "event 3", "stop_reason"),
    ]


def test_an_error_of_another_answer_ends_this_one_too() -> None:
    """Answers beside the first are left out; that the upstream failed is not."""
    stream = written(
        ResponsesWriter(session_of(ASKED, "gemini")),
        (START, *TEXT, Error(status=502, message="it failed", choice=1), Eof(clean=False)),
    )
    assert payloads(stream)[-1]["type"] == "response.failed"

"""What clients of Responses are sent for each thing that a turn may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.translation.carry import unwrapped
from harness.translation.manner import Manner
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Audio,
    Eof,
    Error,
    Finish,
    Image,
    MessageEnd,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    ServerTool,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from harness.turn.turn import Usage as Counts
from tests.writing import NOW, Json, payloads, session_of, written

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect
    from harness.translation.session import Session
    from harness.turn.increments import Increment

ASKED: Json = {"model": "m", "input": "x", "stream": True}
SEALED: Json = {**ASKED, "include": ["reasoning.encrypted_content"]}
START = Start(upstream_id="msg_up", model="served", created=1_768_392_000, dialect="anthropic")
STOP, CALLS, LENGTH = (Finish(reason=reason) for reason in ("stop", "tool_calls", "length"))
TEXT: tuple[Increment, ...] = (TextStart(ref=1), TextDelta(ref=1, text="Hé"), TextEnd(ref=1))
FAILED = Error(status=429, type="rate_limit_error", code="rate_limit_exceeded", message="slow down")


def answered(
    *increments: Increment,
    body: Json | None = ASKED,
    upstream: UpstreamDialect = "anthropic",
    manner: Manner | None = None,
) -> tuple[list[Json], ResponsesWriter, Session]:
    """The events of a turn, its writer and its exchange."""
    session = session_of(body, upstream, manner)
    writer = ResponsesWriter(session)
    return payloads(written(writer, increments)), writer, session


def types(events: list[Json]) -> list[str]:
    """The types of events, without the prefix that nearly all have."""
    return [one["type"].removeprefix("response.") for one in events]


def items(events: list[Json]) -> list[Json]:
    """The final output."""
    output: list[Json] = events[-1]["response"]["output"]
    return output


def lost(session: Session) -> list[str]:
    """The codes of the losses, in order."""
    return [one.code for one in session.ledger.losses]


def call(ref: int, name: str = "f", *pieces: str, status: str | None = None) -> tuple[Increment, ...]:
    """A call."""
    return (
        ToolStart(ref=ref, name=name, call_id=f"call_{ref}"),
        *(ArgsDelta(ref=ref, text=piece) for piece in pieces or ("{}",)),
        ToolEnd(ref=ref, status=status),
    )


def test_a_text_goes_through_all_its_events() -> None:
    """Each with every member that OpenAI's have, under numbers that follow each other."""
    events, _, _ = answered(START, *TEXT, STOP, Eof())
    assert types(events) == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
        "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    item_id = events[2]["item"]["id"]
    place = {"item_id": item_id, "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    item = {"id": item_id, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
    finished = {**item, "status": "completed", "content": [{**part, "text": "Hé"}]}
    assert item_id.startswith("msg_")
    assert events[2:8] == [
        {"type": "response.output_item.added", "output_index": 0, "item": item, "sequence_number": 2},
        {"type": "response.content_part.added", **place, "part": part, "sequence_number": 3},
        {
            "type": "response.output_text.delta",
            **place,
            "delta": "Hé",
            "logprobs": [],
            "sequence_number": 4,
        },
        {"type": "response.output_text.done", **place, "text": "Hé", "logprobs": [], "sequence_number": 5},
        {"type": "response.content_part.done", **place, "part": {**part, "text": "Hé"}, "sequence_number": 6},
        {"type": "response.output_item.done", "output_index": 0, "item": finished, "sequence_number": 7},
    ]
    assert items(events) == [finished]


def test_blocks_name_their_event_and_end_with_a_blank_line() -> None:
    """Text is UTF-8 as it is, and there is no `[DONE]`."""
    stream = written(ResponsesWriter(session_of(ASKED)), (START, *TEXT, STOP, Eof()))
    blocks = stream.decode().split("\n\n")
    assert blocks.pop() == ""
    assert blocks[4].startswith(
        'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",'
    )
    assert '"delta":"Hé"' in blocks[4]
    assert blocks[-1].startswith("event: response.completed\n")


def test_the_shell_repeats_the_request_and_is_constant() -> None:
    """Nothing is said of output and usage before the end; the time of completion is of the end only."""
    events, writer, _ = answered(START, *TEXT, STOP, Eof(), body={**ASKED, "temperature": 0.5})
    first, last = events[0]["response"], events[-1]["response"]
    assert events[1]["response"] == first
    told = ("status", "output", "usage", "completed_at", "temperature", "model", "created_at")
    assert [first[name] for name in told] == [
        "in_progress",
        [],
        None,
        None,
        0.5,
        "served",
        1_768_392_000,
    ]
    assert {name for name in first if first[name] != last[name]} == {"status", "output", "completed_at"}
    assert (last["status"], last["completed_at"]) == ("completed", NOW)
    assert first["id"].startswith("resp_")
    assert writer.whole() == last


@pytest.mark.parametrize(
    ("reason", "said"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
def test_an_answer_that_was_cut_is_incomplete_and_so_is_its_last_item(reason: Any, said: str) -> None:
    """The items before it are complete."""
    finish = Finish(reason=reason)
    events, _, _ = answered(START, *call(7), *TEXT, finish, Eof())
    response = events[-1]["response"]
    assert events[-1]["type"] == "response.incomplete"
    assert (response["incomplete_details"], response["completed_at"]) == ({"reason": said}, None)
    assert [one["status"] for one in items(events)] == ["completed", "incomplete"]


def test_of_calls_that_a_limit_cut_only_the_last_is_incomplete() -> None:
    """Chat upstreams end all of their calls together."""
    first, second = call(1, "f", "{}", status="incomplete"), call(2, "g", '{"a', status="incomplete")
    together = (*first[:2], *second[:2], first[2], second[2])
    events, _, _ = answered(START, *together, LENGTH, Eof(), upstream="chat")
    assert [one["status"] for one in items(events)] == ["completed", "incomplete"]
    assert [one["arguments"] for one in items(events)] == ["{}", '{"a']


def test_calls_stay_open_beside_each_other() -> None:
    """Their pieces go out as they came, and each done event says whose it is."""
    events, _, _ = answered(
        START,
        ToolStart(ref=1, name="f", call_id="call_a", namespace="ns"),
        ToolStart(ref=2, name="g", call_id="call_b", kind="custom"),
        ArgsDelta(ref=2, text="SELECT"),
        ArgsDelta(ref=1, text="{}"),
        ToolEnd(ref=1),
        ToolEnd(ref=2),
        CALLS,
        Eof(),
    )
    assert types(events)[2:-1] == [
        "output_item.added", "output_item.added", "custom_tool_call_input.delta", "function_call_arguments.delta",
        "function_call_arguments.done", "output_item.done", "custom_tool_call_input.done", "output_item.done",
    ]  # fmt: skip
    function, custom = items(events)
    assert (function["id"][:3], custom["id"][:4]) == ("fc_", "ctc_")
    assert {name: value for name, value in function.items() if name != "id"} == {
        "type": "function_call",
        "status": "completed",
        "arguments": "{}",
        "call_id": "call_a",
        "name": "f",
        "namespace": "ns",
    }
    assert (custom["type"], custom["input"], custom["call_id"]) == ("custom_tool_call", "SELECT", "call_b")
    done = events[6]
    assert (done["item_id"], done["name"], done["arguments"]) == (function["id"], "f", "{}")


def test_texts_and_refusals_are_parts_of_one_message_until_something_else_comes() -> None:
    """After a call there is a new message."""
    events, _, _ = answered(
        START,
        *TEXT,
        RefusalStart(ref=2),
        RefusalDelta(ref=2, text="No."),
        RefusalEnd(ref=2),
        *call(3),
        TextStart(ref=4),
        TextDelta(ref=4, text="Then"),
        TextEnd(ref=4),
        CALLS,
        Eof(),
    )
    assert [one["type"] for one in items(events)] == ["message", "function_call", "message"]
    assert [one["type"] for one in items(events)[0]["content"]] == ["output_text", "refusal"]
    assert items(events)[0]["content"][1] == {"type": "refusal", "refusal": "No."}
    assert items(events)[0]["id"] != items(events)[2]["id"]


def test_summaries_and_raw_thought_have_events_of_their_own() -> None:
    """Their parts are counted apart from each other."""
    events, _, _ = answered(
        START,
        ReasoningStart(ref=1),
        ReasoningDelta(ref=1, text="A", visibility="summary"),
        ReasoningDelta(ref=1, text="B", visibility="summary", part=1),
        ReasoningDelta(ref=1, text="raw"),
        ReasoningEnd(ref=1),
        STOP,
        Eof(),
    )
    assert types(events)[2:-1] == [
        "output_item.added",
        *("reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
          "reasoning_summary_part.done") * 2,
        "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done", "output_item.done",
    ]  # fmt: skip
    assert [one["summary_index"] for one in events if "summary_index" in one] == [0] * 4 + [1] * 4
    item = items(events)[0]
    assert item["summary"] == [{"type": "summary_text", "text": "A"}, {"type": "summary_text", "text": "B"}]
    assert item["content"] == [{"type": "reasoning_text", "text": "raw"}]
    assert "status" not in item


@pytest.mark.parametrize(
    ("end", "seal"),
    [
        (ReasoningEnd(ref=1, signature="sig", vendor="anthropic"), ("anthropic", "sig", "signature")),
        (ReasoningEnd(ref=1, encrypted="blob", vendor="anthropic"), ("anthropic", "blob", "encrypted")),
        (ReasoningEnd(ref=1, signature="sig", vendor="gemini"), ("gemini", "sig", "signature")),
    ],
)
def test_seals_of_others_go_wrapped_to_clients_that_ask_for_them(
    end: ReasoningEnd, seal: tuple[str, str, str]
) -> None:
    """So that they can be unwrapped when the client sends them back; for others they are lost."""
    thought = (ReasoningStart(ref=1), ReasoningDelta(ref=1, text="Hm"), end)
    events, _, session = answered(START, *thought, STOP, Eof(), body=SEALED)
    assert unwrapped(items(events)[0]["encrypted_content"]) == seal
    assert lost(session) == []
    events, _, session = answered(START, *thought, STOP, Eof())
    assert "encrypted_content" not in items(events)[0]
    assert lost(session) == ["L230"]


def test_the_seal_of_a_call_goes_in_an_item_of_its_own_behind_it() -> None:
    """A call has no member for it."""
    start, delta, _ = call(1)
    end = ToolEnd(ref=1, signature="sig", vendor="gemini")
    events, _, _ = answered(START, start, delta, end, *call(2), CALLS, Eof(), body=SEALED)
    kinds = [one["type"] for one in items(events)]
    assert kinds == ["function_call", "reasoning", "function_call"]
    seal = items(events)[1]
    assert seal["summary"] == []
    assert unwrapped(seal["encrypted_content"]) == ("gemini", "sig", "call")


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

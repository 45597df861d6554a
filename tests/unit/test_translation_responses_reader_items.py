"""Calls, thoughts and hosted tools of a Responses stream, and whole answers."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.readers.responses import ResponsesReader
from harness.turn import increments as i
from harness.turn.conversation import Request
from tests.folding import Call, a_session, read
from tests.responses_events import (
    COMPLETED,
    CREATED,
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
    whole,
)

CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c1",
    "name": "f",
    "arguments": "",
    "status": "in_progress",
}


REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}
IN_CALL = {"item_id": "fc_1", "output_index": 0}


IN_THOUGHT = {"item_id": "rs_1", "output_index": 0}


# -- calls


def test_a_call_is_told_with_its_ids_and_pieces() -> None:
    """As OpenAI sends it."""
    given, losses = raw_of(
        CREATED,
        added({**CALL, "namespace": "crm"}),
        event("function_call_arguments.delta", **IN_CALL, delta='{"a"', obfuscation="x"),
        event("function_call_arguments.delta", **IN_CALL, delta=":1}"),
        event("function_call_arguments.done", **IN_CALL, arguments='{"a":1}'),
        ended({**CALL, "arguments": '{"a":1}'}),
        COMPLETED,
    )
    assert given[1:-2] == [
        i.ToolStart(src=1, ref=1, name="f", call_id="c1", item_id="fc_1", namespace="crm"),
        i.ArgsDelta(src=2, ref=1, text='{"a"', obfuscation="x"),
        i.ArgsDelta(src=3, ref=1, text=":1}"),
        i.ToolEnd(src=5, ref=1, status="completed"),
    ]
    assert [one.reason for one in of(given, i.Finish)] == ["tool_calls"]
    assert losses == []


WHOLE_CALL = {**CALL, "arguments": "{}", "status": "completed"}


@pytest.mark.parametrize(
    ("payloads", "codes"),
    [
        ([added(CALL), event("function_call_arguments.done", **IN_CALL, arguments="{}")], []),
        ([added(CALL), ended(WHOLE_CALL)], []),
        ([ended(WHOLE_CALL)], []),
        (
            [
                added({**CALL, "name": None}),
                event("function_call_arguments.delta", **IN_CALL, delta="{}"),
                ended(WHOLE_CALL),
            ],
            [],
        ),
        (
            [
                added({**CALL, "call_id": None}),
                event("function_call_arguments.delta", **IN_CALL, delta="{}"),
                ended(WHOLE_CALL),
            ],
            [],
        ),
        ([event("function_call_arguments.delta", **IN_CALL, delta="{"), ended(WHOLE_CALL)], ["L215"]),
        ([added(CALL), ended({**WHOLE_CALL, "arguments": {}})], ["L213"]),
        ([ended({**WHOLE_CALL, "id": "fc_9"})], []),
        ([], []),
    ],
    ids=[
        "done only",
        "start and end",
        "end only",
        "name late",
        "call id late",
        "no start",
        "object",
        "other id",
        "final",
    ],
)
def test_a_call_is_delivered_once_wherever_it_is_told(
    payloads: list[dict[str, Any]], codes: list[str]
) -> None:
    """With its own id, even where that comes late; what the final object says again is known by id or call id."""
    answer, told = answer_of(CREATED, *payloads, event("completed", response=response(output=[WHOLE_CALL])))
    assert answer.choices[0].calls == [Call("f", "c1", "function", "{}")]
    assert answer.choices[0].finish == "tool_calls"
    assert told == codes


def test_a_custom_tool_is_called_with_free_text() -> None:
    """`custom_tool_call` has an `input`."""
    item = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c1", "name": "f", "input": ""}
    where = {"item_id": "ctc_1", "output_index": 0}
    answer, codes = answer_of(
        CREATED,
        added(item),
        event("custom_tool_call_input.delta", **where, delta="x"),
        event("custom_tool_call_input.done", **where, input="xy"),
        ended({**item, "input": "xy"}),
        COMPLETED,
    )
    assert answer.choices[0].calls == [Call("f", "c1", "custom", "xy")]
    assert codes == ["L215"]


def test_calls_beside_each_other_are_told_apart() -> None:
    """Their events may be interleaved."""
    second = {**CALL, "id": "fc_2", "call_id": "c2", "name": "g"}
    answer, _ = answer_of(
        CREATED,
        added(CALL, 0),
        added(second, 1),
        event("function_call_arguments.delta", item_id="fc_2", output_index=1, delta="{}"),
        event("function_call_arguments.delta", item_id="fc_1", output_index=0, delta='{"a":1}'),
        COMPLETED,
    )
    assert answer.choices[0].calls == [
        Call("f", "c1", "function", '{"a":1}'),
        Call("g", "c2", "function", "{}"),
    ]


def test_a_call_that_never_gets_a_name_is_left_out() -> None:
    """L218: nobody could run it."""
    answer, codes = answer_of(CREATED, added({**CALL, "name": ""}), said("a"), COMPLETED)
    assert answer.choices[0].calls == []
    assert "L218" in codes


# -- thought


def test_a_thought_is_told_with_its_parts_and_its_seal() -> None:
    """Summaries and raw text are counted apart; a part without text is said once."""
    whole = {
        **REASONING,
        "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": ""}],
        "content": [{"type": "reasoning_text", "text": "raw"}],
        "encrypted_content": "blob2",
    }
    given, losses = raw_of(
        CREATED,
        added({**REASONING, "encrypted_content": "blob1"}),
        event("reasoning_summary_part.added", **IN_THOUGHT, summary_index=0, part={"type": "summary_text"}),
        event("reasoning_summary_text.delta", **IN_THOUGHT, summary_index=0, delta="a", obfuscation="x"),
        event("reasoning_summary_text.done", **IN_THOUGHT, summary_index=0, text="a"),
        event("reasoning_summary_part.done", **IN_THOUGHT, summary_index=0, part={"text": "a"}),
        event("reasoning_summary_part.added", **IN_THOUGHT, summary_index=1, part={"type": "summary_text"}),
        event("reasoning_summary_part.done", **IN_THOUGHT, summary_index=1, part={"text": ""}),
        event(
            "content_part.added", **IN_THOUGHT, content_index=0, part={"type": "reasoning_text", "text": ""}
        ),
        event("reasoning_text.delta", **IN_THOUGHT, content_index=0, delta="raw"),
        event("reasoning_text.done", **IN_THOUGHT, content_index=0, text="raw"),
        ended(whole, status=None),
        event("completed", response=response(output=[{**whole, "encrypted_content": "blob3"}])),
    )
    assert given[1:-2] == [
        i.ReasoningStart(src=1, ref=1, item_id="rs_1", encrypted="blob1"),
        i.ReasoningDelta(src=3, ref=1, text="a", visibility="summary", part=0, obfuscation="x"),
        i.ReasoningDelta(src=7, ref=1, text="", visibility="summary", part=1),
        i.ReasoningDelta(src=9, ref=1, text="raw", visibility="raw", part=0),
        i.ReasoningEnd(src=11, ref=1, encrypted="blob2", vendor="openai"),
    ]
    assert losses == []


@pytest.mark.parametrize("place", ["end", "final"])
def test_a_thought_that_comes_with_its_end_only_is_delivered(place: str) -> None:
    """Or in the final object only."""
    whole = {
        **REASONING,
        "summary": [{"type": "summary_text", "text": "a"}],
        "content": [{"type": "reasoning_text", "text": "b"}],
    }
    told = [ended(whole)] if place == "end" else []
    given, _ = raw_of(CREATED, *told, event("completed", response=response(output=[whole])))
    assert [(one.text, one.visibility) for one in of(given, i.ReasoningDelta)] == [
        ("a", "summary"),
        ("b", "raw"),
    ]


# -- what only this dialect knows


def test_items_of_hosted_tools_keep_their_events() -> None:
    """Each with the payload as it came, under one ref."""
    item = {"type": "web_search_call", "id": "ws_1", "status": "in_progress"}
    payloads = [
        added(item),
        event("web_search_call.searching", item_id="ws_1", output_index=0),
        ended(item),
    ]
    given, losses = raw_of(CREATED, *payloads, COMPLETED)
    tools = of(given, i.ServerTool)
    assert [(one.step, one.kind, one.item_id, one.raw) for one in tools] == [
        ("start", "web_search_call", "ws_1", payloads[0]),
        ("event", "web_search_call", "ws_1", payloads[1]),
        ("end", "web_search_call", "ws_1", payloads[2]),
    ]
    assert len({one.ref for one in tools}) == 1
    assert losses == []


def test_an_item_whose_end_is_only_in_the_final_object_gets_one() -> None:
    """OpenAI itself forgets the ends of some `mcp_list_tools`."""
    item = {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "s", "tools": []}
    whole = {**item, "tools": [{"name": "t"}]}
    given, _ = raw_of(CREATED, added(item), event("completed", response=response(output=[whole])))
    end = of(given, i.ServerTool)[-1]
    assert end.step == "end"
    assert end.raw == {"type": "response.output_item.done", "output_index": 0, "item": whole}


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (event("made.up"), "an event of type response.made.up"),
        ({"type": "made_up"}, "an event of type made_up"),
        ({}, "an event of type "),
        ({"type": "keepalive", "sequence_number": 3}, None),
        (event("output_item.added", item=5), "output_item.added without an item"),
        (ended({**MESSAGE, "content": [{"type": "hologram"}]}), "message.content[] of type hologram"),
        (ended({**MESSAGE, "mood": "good"}), "message.mood"),
    ],
)
def test_what_nobody_knows_is_told_once(payload: dict[str, Any], detail: str | None) -> None:
    """L201, and never an exception; what keeps a connection is no part of the answer."""
    _, losses = raw_of(CREATED, payload, payload, COMPLETED)
    assert losses == ([("L201", detail)] if detail is not None else [])


def test_a_whole_response_says_what_its_stream_would() -> None:
    """Items in order, each with its end."""
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    thought = {**REASONING, "summary": [{"type": "summary_text", "text": "a"}]}
    body = response(
        output=[thought, search, WHOLE_MESSAGE, WHOLE_CALL],
        usage={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    )
    given = whole(body)
    assert [type(one).__name__ for one in given] == [
        "Start", "ReasoningStart", "ReasoningDelta", "ReasoningEnd", "ServerTool", "MessageStart", "TextStart",
        "TextDelta", "TextEnd", "MessageEnd", "ToolStart", "ArgsDelta", "ToolEnd", "Usage", "Finish", "Eof",
    ]  # fmt: skip
    assert [one.reason for one in of(given, i.Finish)] == ["tool_calls"]
    assert all(one.src == -1 for one in given)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"message": "no", "code": "rate_limit_exceeded"}}, "rate_limit_exceeded"),
        (response("failed", error={"code": "server_error", "message": "no"}), "server_error"),
        (response("cancelled"), "cancelled"),
        (response("queued"), "upstream_incomplete"),
        (response("in_progress"), "upstream_incomplete"),
        ({"object": "list", "data": []}, "upstream_malformed"),
    ],
)
def test_a_whole_answer_that_is_none_is_an_error(body: dict[str, Any], code: str) -> None:
    """An error with a success status is no success, and an answer that is not there yet is none."""
    (error,) = of(whole(body), i.Error)
    assert error.code == code


def test_a_whole_answer_that_is_cut_says_so() -> None:
    """`incomplete` keeps its reason."""
    body = response("incomplete", [WHOLE_MESSAGE], incomplete_details={"reason": "max_output_tokens"})
    assert [one.reason for one in of(whole(body), i.Finish)] == ["length"]


def test_a_response_that_is_queued_is_the_answer_of_a_client_that_asked_for_it() -> None:
    """With `background`, the status in the native word tells a writer of the same dialect."""
    request = Request(dialect="responses", model="m", options={"background": True})
    given = whole(response("queued"), request)
    assert [(one.native, one.raw["status"]) for one in of(given, i.Finish)] == [("queued", "queued")]


def test_an_event_without_a_type_is_known_by_the_name_of_its_block() -> None:
    """Servers that leave out `type` still write the `event:` line."""
    session = a_session("responses")
    reader = ResponsesReader(session)
    body = b'event: response.failed\ndata: {"response":{"error":{"message":"no"}}}\n\n'
    given = read(reader, body)
    assert [one.message for one in of(given, i.Error)] == ["no"]

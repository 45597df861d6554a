"""What clients of Responses are sent for each thing that a turn may hold."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.carry import unwrapped
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.increments import (
    ArgsDelta,
    Eof,
    Finish,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
)
from tests.responses_answers import (
    ASKED,
    CALLS,
    LENGTH,
    START,
    STOP,
    TEXT,
    answered,
    call,
    items,
    lost,
    types,
)
from tests.writing import NOW, Json, session_of, written

SEALED: Json = {**ASKED, "include": ["reasoning.encrypted_content"]}


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

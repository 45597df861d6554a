"""What a reader makes of the events of the Responses API, OpenAI's and other servers'."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from harness.translation.readers.responses import ResponsesReader
from harness.turn import increments as i
from harness.turn.conversation import Request
from tests.folding import Answer, Call, a_session, events, folded, read, settled

One = TypeVar("One", bound=i.Increment)


def event(kind: str, **members: Any) -> dict[str, Any]:
    """An event of the response."""
    return {"type": f"response.{kind}", **members}


def response(status: str = "completed", output: Any = None, **members: Any) -> dict[str, Any]:
    """A response object."""
    body = {"id": "resp_1", "object": "response", "created_at": 1_700_000_000, "model": "m", "status": status}
    return {**body, "output": [] if output is None else output, "error": None, **members}


CREATED = event("created", response=response("in_progress"))
MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "content": [], "status": "in_progress"}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c1",
    "name": "f",
    "arguments": "",
    "status": "in_progress",
}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}
IN_TEXT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
IN_CALL = {"item_id": "fc_1", "output_index": 0}
IN_THOUGHT = {"item_id": "rs_1", "output_index": 0}


def added(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    """An item is announced."""
    return event("output_item.added", output_index=index, item=item)


def ended(item: dict[str, Any], index: int = 0, status: str | None = "completed") -> dict[str, Any]:
    """An item is over."""
    return event("output_item.done", output_index=index, item={**item, "status": status})


def text(said: str, **members: Any) -> dict[str, Any]:
    """A part of text."""
    return {"type": "output_text", "text": said, "annotations": [], **members}


def said(words: str, **members: Any) -> dict[str, Any]:
    """More of the text."""
    return event("output_text.delta", **IN_TEXT, delta=words, **members)


PART = event("content_part.added", **IN_TEXT, part=text(""))
COMPLETED = event("completed", response=response())


def raw_of(*payloads: Any) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = a_session("responses", vendor="openai")
    given = read(ResponsesReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses but that of missing usage."""
    session = a_session("responses", vendor="openai")
    answer = folded(settled(session, read(ResponsesReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def of(given: list[i.Increment], kind: type[One]) -> list[One]:
    """The increments of one kind."""
    return [one for one in given if isinstance(one, kind)]


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


WHOLE_MESSAGE = {**MESSAGE, "content": [text("ab")], "status": "completed"}


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


# -- whole answers


def whole(body: dict[str, Any], request: Request | None = None) -> list[i.Increment]:
    """What a whole response says."""
    session = a_session("responses", vendor="openai")
    session.request = request
    return list(ResponsesReader(session).whole(body))


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

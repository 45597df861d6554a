"""What each family of faults does to what events say, value by value and byte by byte."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pytest

from harness import jsonvalue
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.faults.event import Event
from harness.faults.registry import parse_fault
from harness.faults.wire import blocks_of, inserted, payload
from tests.conforming import ALL

pytestmark = pytest.mark.thorough


def blocks(exchange: Exchange) -> list[bytes]:
    """The blocks of an answer."""
    assert exchange.response is not None
    return [block.data for block in blocks_of(exchange.response.chunks)]


def values(exchange: Exchange) -> list[Any]:
    """What the events of an answer say; the data itself where it is no JSON."""
    found = []
    for block in blocks(exchange):
        is_json, value = jsonvalue.try_parse(payload(block))
        found.append(value if is_json else payload(block).decode(errors="replace"))
    return found


def changes(text: str, name: str) -> list[str]:
    """What a fault changes: the first difference of each event, or the events that go and come."""
    before, after = values(ALL[name]), values(parse_fault(text).apply(ALL[name]))
    if len(before) == len(after):
        found = enumerate(map(jsonvalue.first_difference, before, after))
        return [f"{at} {one.pointer} {one.expected} -> {one.found}" for at, one in found if one is not None]
    left, right = [_uncounted(one) for one in before], [_uncounted(one) for one in after]
    return [line for line in difflib.ndiff(left, right) if line[0] in "+-"]


def _uncounted(value: Any) -> str:
    if isinstance(value, dict) and "type" in value:
        return str(value["type"])
    return (
        json.dumps(value["choices"][0]["delta"]) if isinstance(value, dict) and value.get("choices") else "-"
    )


@pytest.mark.parametrize(
    ("fault", "name", "expected"),
    [
        ("chunk_object:empty,which=0", "chat-plain", ['0 /object "chat.completion.chunk" -> ""']),
        ("omit_chunk_field:model,which=1", "chat-plain", ['1 /model "m" -> (missing)']),
        (
            "chat_id_changes",
            "chat-plain",
            ['1 /id "chatcmpl-1" -> "chatcmpl-1-1"', '2 /id "chatcmpl-1" -> "chatcmpl-1-2"'],
        ),
        ("created_changes:which=-1", "chat-plain", ["2 /created 1750000000 -> 1750000001"]),
        ("model_changes:null,which=0", "chat-plain", ['1 /model "m" -> null']),
        (
            "choice_order",
            "chat-two",
            [f"{at} /choices/0/index {one} -> {1 - one}" for at, one in enumerate((0, 1) * 3)],
        ),
        ("role_missing", "chat-plain", ['0 /choices/0/delta/role "assistant" -> (missing)']),
        ("role_repeated", "chat-plain", ['1 /choices/0/delta/role (missing) -> "assistant"']),
        (
            "content_array:which=0",
            "chat-plain",
            ['1 /choices/0/delta/content "Hi" -> [{"type":"text","text":"Hi"}]'],
        ),
        ("cumulative_content", "chat-text", ['2 /choices/0/delta/content " you" -> "Hi you"']),
        (
            "reasoning_as_content:which=1",
            "chat-reasoning",
            ['1 /choices/0/delta/reasoning_content "." -> (missing)'],
        ),
        ("tool_index_zero:which=0", "chat-calls", ["3 /choices/0/delta/tool_calls/0/index 1 -> 0"]),
        ("tool_id_shared", "chat-calls", ['3 /choices/0/delta/tool_calls/0/id "call_2" -> "call_1"']),
        (
            "tool_fields_repeated:id,which=0",
            "chat-calls",
            ['1 /choices/0/delta/tool_calls/0/id (missing) -> "call_1"'],
        ),
        (
            "tool_arguments_cut",
            "chat-forced",
            [
                '1 /choices/0/delta/tool_calls/0/function/arguments "{\\"a\\"" -> "{\\""',
                '2 /choices/0/delta/tool_calls/0/function/arguments ":1}" -> ""',
            ],
        ),
        ("finish_reason_missing", "chat-plain", ['2 /choices/0/finish_reason "stop" -> null']),
        ("finish_stop_after_tools", "chat-calls", ['5 /choices/0/finish_reason "tool_calls" -> "stop"']),
        ("finish_tool_calls_without", "chat-plain", ['2 /choices/0/finish_reason "stop" -> "tool_calls"']),
        ("truncation_as_stop", "chat-cut", ['2 /choices/0/finish_reason "length" -> "stop"']),
        ("usage_sum", "chat-text", ["4 /usage/total_tokens 12 -> 13"]),
        ("usage_malformed:absent", "chat-text", ["4 /usage/completion_tokens 3 -> (missing)"]),
        ("sequence:gap,which=-1", "responses-text", ["9 /sequence_number 9 -> 10"]),
        ("sequence:repeat,which=-1", "responses-text", ["9 /sequence_number 9 -> 8"]),
        ("sequence:zero", "responses-text", [f"{at} /sequence_number {at} -> 0" for at in range(1, 10)]),
        ("status_mismatch:terminal", "responses-text", ['9 /response/status "completed" -> "in_progress"']),
        ("response_id_changes:which=0", "responses-text", ['1 /response/id "resp_1" -> "resp_1x"']),
        ("item_id_changes:done", "responses-text", ['8 /item/id "msg_1" -> "msg_1x"']),
        ("output_index_collision:which=0", "responses-calls", ["7 /output_index 1 -> 0"]),
        ("content_index:grows", "responses-text", ["5 /content_index 0 -> 1"]),
        ("text_done_differs", "responses-text", ['6 /text "Hi yöu" -> "Hi yöu!"']),
        (
            "text_snapshot_differs:final",
            "responses-text",
            ['9 /response/output/0/content/0/text "Hi yöu" -> "Hi yöu!"'],
        ),
        (
            "arguments_differ:done,which=0",
            "responses-calls",
            ['5 /arguments "{\\"a\\":1}" -> "{\\"a\\":1} "'],
        ),
        (
            "terminal_output:missing",
            "responses-calls",
            [
                (
                    '12 /response/output/1 {"type":"function_call","id":"fc_2","call_id":"call_2","name":"add",'
                    '"status":"completed","arguments":"{\\"a\\":2}"} -> (missing)'
                )
            ],
        ),
        ("terminal_usage_sum", "responses-text", ["9 /response/usage/total_tokens 12 -> 13"]),
        (
            "incomplete_as_completed",
            "responses-cut",
            [
                '8 /item/status "incomplete" -> "completed"',
                '9 /type "response.incomplete" -> "response.completed"',
            ],
        ),
        (
            "failed_error_shape:code_number",
            "responses-failed",
            ['9 /response/error/code "server_error" -> 500'],
        ),
        ("summary_index:which=0", "responses-cited", ["3 /summary_index 0 -> 1"]),
    ],
)
def test_an_edit_changes_the_value_that_it_names(fault: str, name: str, expected: list[str]) -> None:
    """And nothing else in any event."""
    assert changes(fault, name) == expected


@pytest.mark.parametrize(
    ("fault", "name", "expected"),
    [
        ("created_missing", "responses-text", ["- response.created"]),
        ("item_added_missing", "responses-text", ["- response.output_item.added"]),
        ("part_added_missing", "responses-text", ["- response.content_part.added"]),
        ("text_done_missing", "responses-text", ["- response.output_text.done"]),
        ("arguments_deltas_missing", "responses-custom", []),
        ("arguments_deltas_missing", "responses-calls", ["- response.function_call_arguments.delta"] * 4),
        ("tool_step_missing:mcp,which=0", "responses-tools", ["- response.mcp_list_tools.in_progress"]),
        ("terminal_repeated", "responses-text", ["+ response.completed"]),
        ("event_after_terminal", "responses-text", ["+ response.output_item.done"]),
        ("vendor_event:which=0", "responses-text", ["+ acme:trace"]),
        ("keepalive:which=0", "responses-text", ["+ keepalive"]),
        ("choices_empty:which=0", "chat-plain", ["+ -"]),
        ("content_after_finish", "chat-plain", ['+ {"content": " more"}']),
        ("usage_missing", "chat-text", ["- -"]),
        (
            "tool_call_lost",
            "chat-calls",
            [
                (
                    '- {"tool_calls": [{"index": 1, "id": "call_2", "type": "function",'
                    ' "function": {"name": "add", "arguments": ""}}]}'
                ),
                '- {"tool_calls": [{"index": 1, "function": {"arguments": "{\\"a\\":2}"}}]}',
            ],
        ),
    ],
)
def test_events_go_or_come(fault: str, name: str, expected: list[str]) -> None:
    """Which of them is in the name of the fault."""
    assert changes(fault, name) == expected


@pytest.mark.parametrize(
    ("fault", "before", "after"),
    [
        (
            "role_wrong",
            b'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n',
            b'data: {"choices":[{"delta":{"role":""}}]}\n\n',
        ),
        (
            "role_wrong",
            b'data: { "choices": [{"delta":{"role":"assistant"}}] }\r\n\r\n',
            b'data: {"choices":[{"delta":{"role":""}}]}\r\n\r\n',
        ),
        (
            "role_wrong",
            b'data:{"choices":\ndata:[{"delta":{"role":"assistant"}}]}\n\n',
            b'data:{"choices":[{"delta":{"role":""}}]}\n\n',
        ),
        (
            "failed_as_completed",
            b'event: response.failed\ndata: {"type":"response.failed","response":{"error":{}}}\n\n',
            (
                b"event: response.completed\n"
                b'data: {"type":"response.completed","response":{"error":null,"status":"completed"}}\n\n'
            ),
        ),
        (
            "failed_as_completed",
            b'data: {"type":"response.failed","response":{"error":{}}}\nevent: response.failed\n\n',
            (
                b'data: {"type":"response.completed","response":{"error":null,"status":"completed"}}\n'
                b"event: response.completed\n\n"
            ),
        ),
        ("omit_space", b'data: {"a":1}\n\ndata: [DONE]\n\n', b'data:{"a":1}\n\ndata:[DONE]\n\n'),
        ("multi_line_data", b'data: {"a":1}\n\n', b'data: {\ndata: "a":1}\n\n'),
        ("glued_events", b'data: {"a":1}\n\ndata: {"b":1}\n\n', b'data: {"a":1}\ndata: {"b":1}\n\n'),
        ("duplicate_keys", b'data: {"a":1,"b":2}\n\n', b'data: {"a":1,"a":1,"b":2}\n\n'),
        ("ndjson_line", b'event: x\ndata: {"a":1}\n\n', b'{"a":1}\n\n'),
        ("id_keepalive", b'data: {"a":1}\n\n', b'id: 1\ndata: {"a":1}\n\n: ping\n\n'),
        ("retry_block", b'data: {"a":1}\n\n', b'data: {"a":1}\n\nretry: 1000\n\n'),
        ("empty_data:event", b'data: {"a":1}\n\n', b'data: {"a":1}\n\nevent: keepalive\n\n'),
        ("quoted_done", b"data: [DONE]\n\n", b'data: "[DONE]"\n\n'),
        ("quoted_done:event", b"data: [DONE]\n\n", b"event: done\ndata: [DONE]\n\n"),
        ("thread_event", b'event: x\ndata: {"a":1}\n\n', b'event: thread.message.delta\ndata: {"a":1}\n\n'),
        (
            "event_name_mismatch",
            b'event: x\ndata: {"type":"x"}\n\n',
            b'event: message\ndata: {"type":"x"}\n\n',
        ),
        ("omit_event_name", b'event: x\ndata: {"type":"x"}\n\n', b'data: {"type":"x"}\n\n'),
        ("keepalive_as_data", b'data: {"a":1}\n\n', b'data: {"a":1}\n\ndata: : keepalive\n\n'),
        ("json_not_object:list", b'data: {"a":1}\n\n', b'data: {"a":1}\n\ndata: []\n\n'),
        ("json_whitespace", b'data: {"a":[1,2]}\n\n', b'data: {"a": [1, 2]}\n\n'),
        ("key_order", b'data: {"a":1,"b":{"c":1,"d":2}}\n\n', b'data: {"b":{"d":2,"c":1},"a":1}\n\n'),
        (
            "not_a_number",
            b'data: {"choices":[{"delta":{"content":"a"}}],"created":1}\n\n',
            b'data: {"choices":[{"delta":{"content":"a"}}],"created":1,"acme_score":NaN}\n\n',
        ),
        (
            "lone_surrogate",
            b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"\\ud83da"}}]}\n\n',
        ),
        (
            "invalid_utf8",
            b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"\xffa"}}]}\n\n',
        ),
        (
            "recut_delta",
            b'data: {"choices":[{"delta":{"content":"abc"}}]}\n\n',
            b'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"delta":{"content":"bc"}}]}\n\n',
        ),
    ],
)
def test_the_bytes_around_a_change_stay(fault: str, before: bytes, after: bytes) -> None:
    """Framing is kept: line ends, a missing space, and an event line, which follows the type."""
    head = (("content-type", "text/event-stream"),)
    exchange = Exchange(
        0, Request("POST", "/"), Response(200, head, (Chunk(0, before),)), Ending(How.COMPLETE)
    )
    response = parse_fault(fault).apply(exchange).response

    assert response is not None
    assert response.body() == after


def test_an_event_that_is_written_back_unchanged_is_the_same_event() -> None:
    """White space is no change."""
    event = Event(inserted(b'data: { "a": 1 }\n\n', 0))

    assert event.rewritten() is event
    event.value["a"] = 1.0
    assert event.rewritten().block.data == b'data: {"a":1.0}\n\n'


def test_a_change_that_is_legal_here_is_told() -> None:
    """A matrix counts it as equivalent, and not as one that survived."""
    assert parse_fault("usage_missing").equivalent(ALL["chat-text"]) is None
    assert (
        parse_fault("item_done_missing").equivalent(ALL["responses-cut"]) == "the response is not completed"
    )
    assert parse_fault("item_done_missing").equivalent(ALL["responses-text"]) is None
    assert parse_fault("drop:event=1").equivalent(ALL["chat-plain"]) is not None
    assert parse_fault("drop:event=0").equivalent(ALL["chat-plain"]) is None
    assert parse_fault("swap:event=1").equivalent(ALL["chat-text"]) is not None
    assert parse_fault("swap:event=2").equivalent(ALL["chat-text"]) is None
    assert parse_fault("repeat:event=4").equivalent(ALL["responses-text"]) is None
    assert parse_fault("error_event").equivalent(ALL["chat-plain"]) is not None
    assert parse_fault("error_event").equivalent(ALL["responses-text"]) is None
    assert parse_fault("logprobs_missing").equivalent(ALL["chat-plain"]) is not None


def test_a_played_exchange_has_its_times_gone_wrong_too() -> None:
    """What a checker must see of a fault that changes no byte."""
    late = parse_fault("late_close:seconds=10").played(ALL["chat-plain"])
    stalled = parse_fault("stall:event=1,seconds=2").played(ALL["chat-plain"])

    assert late.ending.at_us == ALL["chat-plain"].ending.at_us + 10_000_000
    assert stalled.response is not None
    assert [chunk.at_us for chunk in stalled.response.chunks] == [0, 2_001_000, 2_002_000, 2_003_000]
    assert parse_fault("late_close").played(ALL["whole-limited"]).ending.at_us > 30_000_000


def test_a_stream_becomes_the_whole_answer_that_it_amounts_to() -> None:
    """Calls and text are put together."""
    response = parse_fault("whole_for_stream").apply(ALL["chat-calls"]).response
    assert response is not None
    value = json.loads(response.body())

    assert value["choices"][0]["finish_reason"] == "tool_calls"
    assert [one["function"]["arguments"] for one in value["choices"][0]["message"]["tool_calls"]] == [
        '{"a":1}',
        '{"a":2}',
    ]
    assert value["usage"]["total_tokens"] == 12
    assert dict(response.headers)["content-type"] == "application/json"


def test_a_whole_answer_becomes_a_stream_of_one_event() -> None:
    """Under the media type of streams."""
    response = parse_fault("stream_for_whole").apply(ALL["whole-completion"]).response

    assert response is not None
    assert response.body().startswith(b'data: {"id":"chatcmpl-1"')
    assert response.body().endswith(b"}\n\ndata: [DONE]\n\n")
    assert dict(response.headers)["content-type"] == "text/event-stream"


def test_an_error_without_retry_after_does_not_name_a_time() -> None:
    """Neither in the field nor in the message."""
    response = parse_fault("omit_retry_after").apply(ALL["whole-limited"]).response

    assert response is not None
    assert "retry-after" not in dict(response.headers)
    assert json.loads(response.body())["error"]["message"] == "Too many requests."

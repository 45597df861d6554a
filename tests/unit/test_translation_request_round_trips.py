"""What was changed for an upstream is changed back in its answer, streamed and whole, and fits the next request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from harness.translation.engine import answering
from tests.request_cells import least, sent
from tests.request_outlines import outline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.engine import InboundDialect, Prepared

SPACED: Final = {
    "tools": [
        {
            "type": "namespace",
            "name": "ns",
            "tools": [
                {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False},
                {"type": "custom", "name": "c"},
            ],
        }
    ]
}
CALLS: Final = (("1", "ns__f", '{"a":1}'), ("2", "ns__c", '{"input":"raw \\"x\\""}'))
ANSWER: Final = '{"a":"b"}'
SCHEMA: Final = {"type": "object", "properties": {"a": {"type": "string"}}}


def calling(upstream: str) -> dict[str, Any]:
    """A whole answer of an upstream: both calls, under its names."""
    dialect = upstream.partition("/")[0]
    if dialect == "chat":
        return of_chat(
            "tool_calls",
            content=None,
            tool_calls=[
                {"id": one, "type": "function", "function": {"name": name, "arguments": arguments}}
                for one, name, arguments in CALLS
            ],
        )
    if dialect == "gemini":
        parts = [
            {"functionCall": {"id": one, "name": name, "args": json.loads(arguments)}}
            for one, name, arguments in CALLS
        ]
        return {
            "responseId": "r",
            "modelVersion": "gemini-2.5-flash",
            "candidates": [
                {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
            ],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
        }
    return of_anthropic(
        "tool_use",
        *(
            {"type": "tool_use", "id": one, "name": name, "input": json.loads(arguments)}
            for one, name, arguments in CALLS
        ),
    )


def of_chat(finish: str, **message: Any) -> dict[str, Any]:
    """A whole answer of a Chat server."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def of_anthropic(stop: str, *content: dict[str, Any]) -> dict[str, Any]:
    """A whole answer of Anthropic."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def streamed(body: dict[str, Any], pieces: Iterable[str]) -> list[dict[str, Any]]:
    """Anthropic's events for an answer of one call, whose arguments come in pieces."""
    (block,) = body["content"]
    return [
        {"type": "message_start", "message": {**body, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {**block, "input": {}}},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "input_json_delta", "partial_json": one},
            }
            for one in pieces
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": body["stop_reason"]}, "usage": body["usage"]},
        {"type": "message_stop"},
    ]


def whole(prepared: Prepared, inbound: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the client is given for a whole answer."""
    answer = answering(prepared.session, cast("InboundDialect", inbound))
    answer.whole(body)
    return dict(answer.body())


def stream(prepared: Prepared, inbound: str, events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The payloads that the client is sent for these events."""
    answer = answering(prepared.session, cast("InboundDialect", inbound))
    sse = (f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
    out = b"".join(answer.feed(one.encode()) for one in sse) + answer.finish()
    lines = (line.removeprefix("data: ") for line in out.decode().splitlines() if line.startswith("data: "))
    return [json.loads(line) for line in lines if line != "[DONE]"]


# -- tools


@pytest.mark.parametrize(
    ("upstream", "history"),
    [
        ("chat/groq", 'assistant: null ns__f#1({"a":1}) ns__c#2({"input":"raw \\"x\\""}) | #1=<r> | #2=<o>'),
        (
            "gemini",
            (
                'model: ns__f#1({"a":1}) ns__c#2({"input":"raw \\"x\\""}) | '
                'user: ns__f#1={"result":"r"} ns__c#2={"result":"o"}'
            ),
        ),
        ("anthropic", 'assistant: ns__f#1({"a":1}) ns__c#2({"input":"raw \\"x\\""}) | user: #1=<r> #2=<o>'),
    ],
)
def test_calls_of_custom_tools_in_a_namespace_come_back_as_such_and_go_out_again(
    upstream: str, history: str
) -> None:
    """The client knows its tools by its own names, and the upstream by those that it was given, in every turn."""
    model = "gemini-2.5-flash" if upstream == "gemini" else "claude-sonnet-4-5"
    asked = least("responses", model) | SPACED
    items = whole(sent("responses", asked, upstream), "responses", calling(upstream))["output"]
    told = [
        (one["type"], one["namespace"], one["name"], one.get("arguments", one.get("input"))) for one in items
    ]
    assert told[0][:3] == ("function_call", "ns", "f")
    assert json.loads(told[0][3]) == {"a": 1}
    assert told[1] == ("custom_tool_call", "ns", "c", 'raw "x"')
    assert [one["call_id"] for one in items] == ["1", "2"]
    results = [
        {"type": "function_call_output", "call_id": "1", "output": "r"},
        {"type": "custom_tool_call_output", "call_id": "2", "output": "o"},
    ]
    following = sent("responses", {**asked, "input": asked["input"] + items + results}, upstream)
    messages = following.body["contents" if upstream == "gemini" else "messages"]
    assert outline(messages[1:]) == history


def test_the_result_of_a_custom_tool_keeps_its_kind_from_chat_to_responses() -> None:
    """A Chat message does not tell it, and Responses wants the kind of the call."""
    call = {"id": "1", "type": "custom", "custom": {"name": "c", "input": "raw"}}
    body = least("chat", "m")
    body["messages"] += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "o"},
    ]
    assert outline(sent("chat", body, "responses").body["input"][1:]) == "c#1<raw> | #1:=<o>"


# -- structured answers


@pytest.mark.parametrize("inbound", ["chat", "responses"])
def test_an_answer_that_was_forced_by_a_tool_is_text_that_ended(inbound: str) -> None:
    """Streamed and whole: no call, finish `stop`, and the very words of the arguments."""
    said: dict[str, Any] = (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}}
        if inbound == "chat"
        else {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}}}
    )
    asked = least(inbound, "claude-sonnet-4-20250514") | said
    prepared = sent(inbound, asked, "anthropic")
    assert prepared.body["tool_choice"] == {
        "type": "tool",
        "name": "json_response",
        "disable_parallel_tool_use": True,
    }
    body = of_anthropic(
        "tool_use", {"type": "tool_use", "id": "t", "name": "json_response", "input": json.loads(ANSWER)}
    )
    given = whole(prepared, inbound, body)
    events = stream(
        sent(inbound, asked | {"stream": True}, "anthropic"), inbound, streamed(body, ('{"a"', ':"b"', "}"))
    )
    if inbound == "chat":
        (choice,) = given["choices"]
        assert (json.loads(choice["message"]["content"]), choice["finish_reason"]) == ({"a": "b"}, "stop")
        assert "tool_calls" not in choice["message"]
        choices = [one["choices"][0] for one in events if one["choices"]]
        assert "".join(one["delta"].get("content") or "" for one in choices) == ANSWER
        assert [one["finish_reason"] for one in choices if one["finish_reason"]] == ["stop"]
        assert not any("tool_calls" in one["delta"] for one in choices)
        return
    (item,) = given["output"]
    assert (item["type"], json.loads(item["content"][0]["text"])) == ("message", {"a": "b"})
    assert given["status"] == "completed"
    deltas = [one["delta"] for one in events if one["type"] == "response.output_text.delta"]
    assert "".join(deltas) == ANSWER
    assert [one["type"] for one in events[-1]["response"]["output"]] == ["message"]


# -- legacy functions


@pytest.mark.parametrize("upstream", ["chat", "responses", "gemini", "anthropic"])
def test_legacy_functions_are_answered_in_the_legacy_form(upstream: str) -> None:
    """`function_call` and its finish reason, whatever the upstream speaks; what is beyond one call is lost (L127)."""
    model = "gemini-2.5-flash" if upstream == "gemini" else "claude-sonnet-4-5"
    asked = least("chat", model) | {"functions": [{"name": "ns__f"}, {"name": "ns__c"}]}
    prepared = sent("chat", asked, upstream)
    body = (
        {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "status": "completed",
            "model": "m",
            "output": [
                {
                    "type": "function_call",
                    "id": f"fc_{one}",
                    "call_id": one,
                    "name": name,
                    "arguments": arguments,
                }
                for one, name, arguments in CALLS
            ],
            "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
        }
        if upstream == "responses"
        else calling(upstream)
    )
    (choice,) = whole(prepared, "chat", body)["choices"]
    assert choice["finish_reason"] == "function_call"
    assert "tool_calls" not in choice["message"]
    assert choice["message"]["function_call"]["name"] == "ns__f"
    assert json.loads(choice["message"]["function_call"]["arguments"]) == {"a": 1}
    assert "L127" in [loss.code for loss in prepared.session.ledger.losses]

"""Streams in the four dialects, written out event by event for the client tests.

They are small but hold what matters: text with characters of several bytes, a tool call in pieces, usage, the end.
"""

from __future__ import annotations

import json
from typing import Any

TEXT = "Zürich liegt am See ☃ 🏔."
ARGUMENTS = '{"city":"Zürich"}'


def sse(*payloads: Any, named: bool = False, done: bool = False) -> bytes:
    """Frame payloads as events; `named` writes the `event:` line from the payload's type."""
    blocks = []
    for payload in payloads:
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        blocks.append((f"event: {payload['type']}\n" if named else "") + f"data: {data}\n\n")
    return ("".join(blocks) + ("data: [DONE]\n\n" if done else "")).encode()


def chat() -> bytes:
    """Chat Completions: text, one tool call, finish, a usage chunk, `[DONE]`."""
    frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None}

    def call(**fields: Any) -> dict[str, Any]:
        return chunk({"tool_calls": [{"index": 0, **fields}]})

    pieces = [chunk({"content": TEXT[start : start + 5]}) for start in range(0, len(TEXT), 5)]
    arguments = [
        call(function={"arguments": ARGUMENTS[start : start + 6]}) for start in range(0, len(ARGUMENTS), 6)
    ]
    usage = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
    return sse(
        chunk({"role": "assistant", "content": ""}),
        *pieces,
        call(id="call_1", type="function", function={"name": "weather", "arguments": ""}),
        *arguments,
        chunk({}, "tool_calls"),
        {**frame, "choices": [], "usage": usage},
        done=True,
    )


def responses() -> bytes:
    """Responses: a message and a function call, every event of both, numbered without gaps."""
    base: dict[str, Any] = {
        "id": "resp_1", "object": "response", "created_at": 1700000000, "model": "m", "error": None,
        "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
        "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
    }  # fmt: skip
    usage = {
        "input_tokens": 5, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 12,
    }  # fmt: skip
    part = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    call = {
        "id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "weather",
        "arguments": ARGUMENTS,
    }  # fmt: skip
    text_at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    call_at = {"item_id": "fc_1", "output_index": 1}
    opened = {**base, "status": "in_progress", "output": [], "usage": None}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": opened},
        {"type": "response.in_progress", "response": opened},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**message, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **text_at, "part": {**part, "text": ""}},
        *(
            {
                "type": "response.output_text.delta",
                **text_at,
                "delta": TEXT[start : start + 5],
                "logprobs": [],
            }
            for start in range(0, len(TEXT), 5)
        ),
        {"type": "response.output_text.done", **text_at, "text": TEXT, "logprobs": []},
        {"type": "response.content_part.done", **text_at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {**call, "status": "in_progress", "arguments": ""},
        },
        {"type": "response.function_call_arguments.delta", **call_at, "delta": ARGUMENTS},
        {
            "type": "response.function_call_arguments.done",
            **call_at,
            "name": "weather",
            "arguments": ARGUMENTS,
        },
        {"type": "response.output_item.done", "output_index": 1, "item": call},
        {
            "type": "response.completed",
            "response": {**base, "status": "completed", "output": [message, call], "usage": usage},
        },
    ]
    return sse(*({**event, "sequence_number": number} for number, event in enumerate(events)), named=True)


def anthropic() -> bytes:
    """Anthropic Messages: a text block, a ping, a tool_use block, usage, stop."""
    message: dict[str, Any] = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 1},
    }  # fmt: skip
    pieces = [
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": TEXT[start : start + 5]},
        }
        for start in range(0, len(TEXT), 5)
    ]
    tool = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
    return sse(
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *pieces,
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": tool},
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": ARGUMENTS},
        },
        {"type": "content_block_stop", "index": 1},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 7},
        },
        {"type": "message_stop"},
        named=True,
    )


def gemini() -> bytes:
    """Gemini streamGenerateContent (alt=sse): text parts, a function call, usage on the last; CRLF line ends."""

    def chunk(part: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        usage = {"promptTokenCount": 5, "candidatesTokenCount": 7, "totalTokenCount": 12}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m", "responseId": "r1"}

    pieces = [chunk({"text": TEXT[start : start + 5]}) for start in range(0, len(TEXT), 5)]
    call = {"functionCall": {"name": "weather", "args": json.loads(ARGUMENTS)}}
    return sse(*pieces, chunk(call, "STOP")).replace(b"\n", b"\r\n")

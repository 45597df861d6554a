"""Conforming answers, streamed and whole, that together hold all that a fault can break."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conforming_chat import CHAT, USAGE
from tests.conforming_responses import RESPONSES, message, spent
from tests.exchanging import Json, exchange, line

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


def _whole(url: str, value: Json, status: int = 200) -> Exchange:
    return exchange(url, {"model": "m"}, [line(value)], status, whole=True)


def _completion() -> Json:
    called = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    said = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [called]}
    choices = [{"index": 0, "message": said, "finish_reason": "tool_calls", "logprobs": None}]
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**head, "choices": choices, "usage": USAGE}


def _response() -> Json:
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed"}
    return {**head, "error": None, "output": [message("Hi")[1]], "usage": spent()}


def _failure(kind: str, code: str | None) -> Json:
    return {"error": {"message": "no", "type": kind, "param": None, "code": code}}


WHOLE_ANSWERS = {
    "completion": _whole("chat/completions", _completion()),
    "response": _whole("responses", _response()),
    "refused": _whole("chat/completions", _failure("invalid_request_error", None), 400),
    "limited": _whole("responses", _failure("requests", "rate_limit_exceeded"), 429),
}


def _spoken() -> Exchange:
    counts = {"input_tokens": 9, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    head = {**message, "stop_reason": None, "stop_sequence": None, "usage": counts}
    ends = {"stop_reason": "end_turn", "stop_sequence": None}
    events: list[Json] = [
        {"type": "message_start", "message": head},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ends, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    pieces = [b"event: %b\ndata: %b\n\n" % (one["type"].encode(), line(one)) for one in events]
    return exchange("messages", {"model": "m", "stream": True}, pieces)


UPSTREAM = {"anthropic": _spoken()}


def _asked(answer: Exchange, more: Json, old: bytes = b"", new: bytes = b"") -> Exchange:
    """The answer to a request that says more, with some bytes of the answer changed."""
    request = replace(answer.request, body=line({**json.loads(answer.request.body), **more}))
    assert answer.response is not None
    chunks = tuple(chunk._replace(data=chunk.data.replace(old, new)) for chunk in answer.response.chunks)
    return replace(answer, request=request, response=replace(answer.response, chunks=chunks))


_TOOLS = {"tools": [{"type": "function", "name": "add", "parameters": {}}]}
OTHERWISE_ASKED = {
    "cut-call": _asked(CHAT["calls"], {"max_tokens": 3}, b'reason":"tool_calls"', b'reason":"length"'),
    "declared": _asked(RESPONSES["calls"], _TOOLS),
    "no-calls": _asked(RESPONSES["text"], {"tool_choice": "none"}),
}
"""Answers to requests that rules look at."""

ALL: dict[str, Exchange] = {
    **{f"chat-{name}": one for name, one in CHAT.items()},
    **{f"responses-{name}": one for name, one in RESPONSES.items()},
    **{f"whole-{name}": one for name, one in WHOLE_ANSWERS.items()},
    **{f"upstream-{name}": one for name, one in UPSTREAM.items()},
    **{f"asked-{name}": one for name, one in OTHERWISE_ASKED.items()},
}

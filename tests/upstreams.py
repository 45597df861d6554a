"""What upstreams of all four dialects answer, streamed and whole, and how they refuse: for scripted servers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.translation.retelling import retold
from tests.gatewaying import DONE, sse, wire
from tests.scripted import LAST_CHUNK, SSE_HEAD, http_chunk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIALECTS = ("chat", "responses", "gemini", "anthropic")

CREATED = 1_700_000_000


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a model says.

    Args:
        name: In the ids of the answer and of its call.
        text: Its words; "" for none.
        thought: What it thought before; "" for nothing.
        tool: Which tool it calls; None for none.
        arguments: With what.
        asked: Tokens of the request.
        told: Tokens of the answer.
    """

    name: str = "x"
    text: str = "hello there"
    thought: str = ""
    tool: str | None = None
    arguments: Mapping[str, Any] | None = None
    asked: int = 3
    told: int = 2

    @property
    def given(self) -> str:
        """The arguments as text."""
        return json.dumps(self.arguments or {})


def is_stream(dialect: str, request: bytes) -> bool:
    """Whether an upstream was asked for a stream."""
    head, _, body = request.partition(b"\r\n\r\n")
    if dialect == "gemini":
        return b":streamGenerateContent" in head.split(b"\r\n")[0]
    return json.loads(body).get("stream") is True


def answer(dialect: str, said: Said, *, stream: bool) -> bytes:
    """All of an HTTP answer."""
    if stream:
        return SSE_HEAD + b"".join(map(http_chunk, events(dialect, said))) + LAST_CHUNK
    return wire(200, whole(dialect, said))


def events(dialect: str, said: Said) -> Sequence[bytes]:
    """The events of a stream."""
    return _EVENTS[dialect](said)


def whole(dialect: str, said: Said) -> dict[str, Any]:
    """A whole answer."""
    return _WHOLE[dialect](said)


def refusal(dialect: str, status: int, message: str) -> dict[str, Any]:
    """The body of an error, in the dialect's own words."""
    if dialect == "gemini":
        return {"error": {"code": status, "message": message, "status": _STATUSES.get(status, "UNKNOWN")}}
    if dialect == "anthropic":
        kind = _KINDS.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": _CODES.get(status)}}


def broken(dialect: str, message: str) -> bytes:
    """An error in a stream."""
    error = refusal(dialect, 500, message)
    if dialect == "anthropic":
        return b"event: error\n" + sse(error)
    if dialect == "responses":
        event = {"type": "error", "code": "server_error", "message": message, "param": None}
        return b"event: error\n" + sse({**event, "sequence_number": 4})
    return sse(error)


_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
"""google.rpc.Code, by HTTP status."""

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
"""Anthropic's types, by HTTP status."""


# -- Chat Completions


def _chat_events(said: Said) -> list[bytes]:
    shell = {
        "id": f"chatcmpl-{said.name}",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": "m",
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return sse(
            {**shell, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], "usage": None}
        )

    sent = [chunk({"role": "assistant", "content": ""})]
    sent += [chunk({"reasoning_content": part}) for part in _parts(said.thought)]
    sent += [chunk({"content": part}) for part in _parts(said.text)]
    if said.tool is not None:
        call = {"index": 0, "id": f"call_{said.name}", "type": "function"}
        sent.append(chunk({"tool_calls": [{**call, "function": {"name": said.tool, "arguments": ""}}]}))
        sent += [
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": part}}]})
            for part in _parts(said.given)
        ]
    sent.append(chunk({}, "stop" if said.tool is None else "tool_calls"))
    return [*sent, sse({**shell, "choices": [], "usage": _chat_usage(said)}), DONE]


def _chat_whole(said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None, "refusal": None}
    if said.thought:
        message["reasoning_content"] = said.thought
    if said.tool is not None:
        function = {"name": said.tool, "arguments": said.given}
        message["tool_calls"] = [{"id": f"call_{said.name}", "type": "function", "function": function}]
    finish = "stop" if said.tool is None else "tool_calls"
    return {
        "id": f"chatcmpl-{said.name}",
        "object": "chat.completion",
        "created": CREATED,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": _chat_usage(said),
    }


def _chat_usage(said: Said) -> dict[str, int]:
    return {
        "prompt_tokens": said.asked,
        "completion_tokens": said.told,
        "total_tokens": said.asked + said.told,
    }


# -- Responses


def _responses_events(said: Said) -> list[bytes]:
    return [event + b"\n\n" for event in retold(_responses_whole(said)).split(b"\n\n")[:-1]]


def _responses_whole(said: Said) -> dict[str, Any]:
    output: list[dict[str, Any]] = []
    if said.thought:
        summary = [{"type": "summary_text", "text": said.thought}]
        output.append({"id": f"rs_{said.name}", "type": "reasoning", "summary": summary})
    if said.text:
        part = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        message = {"type": "message", "status": "completed", "role": "assistant", "content": [part]}
        output.append({"id": f"msg_{said.name}", **message})
    if said.tool is not None:
        call = {"type": "function_call", "status": "completed", "call_id": f"call_{said.name}"}
        output.append({"id": f"fc_{said.name}", **call, "name": said.tool, "arguments": said.given})
    return {
        "id": f"resp_{said.name}",
        "object": "response",
        "created_at": CREATED,
        "completed_at": CREATED,
        "status": "completed",
        "model": "m",
        "output": output,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": said.asked,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": said.told,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": said.asked + said.told,
        },
    }


# -- Gemini


def _gemini_events(said: Said) -> list[bytes]:
    parts = [{"text": part, "thought": True} for part in _parts(said.thought)]
    parts += [{"text": part} for part in _parts(said.text)]
    if said.tool is not None:
        parts.append(_gemini_call(said))
    return [
        *(sse(_gemini(said, [part], None)) for part in parts[:-1]),
        sse(_gemini(said, parts[-1:], "STOP")),
    ]


def _gemini_whole(said: Said) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"text": said.thought, "thought": True}] if said.thought else []
    if said.text:
        parts.append({"text": said.text})
    if said.tool is not None:
        parts.append(_gemini_call(said))
    return _gemini(said, parts, "STOP")


def _gemini_call(said: Said) -> dict[str, Any]:
    return {
        "functionCall": {"id": f"call_{said.name}", "name": said.tool, "args": dict(said.arguments or {})}
    }


def _gemini(said: Said, parts: list[dict[str, Any]], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    counts = {"promptTokenCount": said.asked, "candidatesTokenCount": said.told}
    return {
        "candidates": [candidate],
        "usageMetadata": {**counts, "totalTokenCount": said.asked + said.told},
        "modelVersion": "m",
        "responseId": said.name,
    }


# -- Anthropic


def _anthropic_events(said: Said) -> list[bytes]:
    usage = {"input_tokens": said.asked, "output_tokens": 1}
    message = {**_anthropic_whole(said), "content": [], "stop_reason": None, "usage": usage}
    sent = [_event({"type": "message_start", "message": message})]
    for index, block in enumerate(_anthropic_whole(said)["content"]):
        match block["type"]:
            case "thinking":
                empty: dict[str, Any] = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": part} for part in _parts(said.thought)]
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            case "text":
                empty = {"type": "text", "text": ""}
                deltas = [{"type": "text_delta", "text": part} for part in _parts(said.text)]
            case _:
                empty = {**block, "input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": part} for part in _parts(said.given)]
        sent.append(_event({"type": "content_block_start", "index": index, "content_block": empty}))
        sent += [_event({"type": "content_block_delta", "index": index, "delta": one}) for one in deltas]
        sent.append(_event({"type": "content_block_stop", "index": index}))
    ending = {
        "stop_reason": "end_turn" if said.tool is None else "tool_use",
        "stop_sequence": None,
    }
    counts = {"output_tokens": said.told}
    sent.append(_event({"type": "message_delta", "delta": ending, "usage": counts}))
    return [*sent, _event({"type": "message_stop"})]


def _event(payload: dict[str, Any]) -> bytes:
    return b"event: %b\n%b" % (payload["type"].encode(), sse(payload))


def _anthropic_whole(said: Said) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if said.thought:
        content.append({"type": "thinking", "thinking": said.thought, "signature": "c2lnbmVk"})
    if said.text:
        content.append({"type": "text", "text": said.text})
    if said.tool is not None:
        call = {"type": "tool_use", "id": f"call_{said.name}", "name": said.tool}
        content.append({**call, "input": dict(said.arguments or {})})
    return {
        "id": f"msg_{said.name}",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": content,
        "stop_reason": "end_turn" if said.tool is None else "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": said.asked, "output_tokens": said.told},
    }


def _parts(text: str) -> list[str]:
    """A text in three pieces, empty ones left out."""
    third = -(-len(text) // 3) or 1
    return [text[at : at + third] for at in range(0, len(text), third)]


_EVENTS = {
    "chat": _chat_events,
    "responses": _responses_events,
    "gemini": _gemini_events,
    "anthropic": _anthropic_events,
}
_WHOLE = {
    "chat": _chat_whole,
    "responses": _responses_whole,
    "gemini": _gemini_whole,
    "anthropic": _anthropic_whole,
}

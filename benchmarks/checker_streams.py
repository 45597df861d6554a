"""Streams for the benchmark of the checker, made up, as the API sends them.

They conform: no rule has a word to say about them, so what is measured is the ordinary case.
"""

from __future__ import annotations

import json

WORDS = [
    "The",
    " quick",
    " brown",
    " fox",
    " jumps",
    " over",
    " the",
    " lazy",
    " dog",
    ".",
    " Grüße",
    " 日本",
    ".\n\n",
    ' "so',
]
SEPARATOR = '","'
"""Every fourth piece of arguments, as these have quotes, which take an escape."""
PADDING = "abcdefghijklmnop"
FUNCTION = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
REQUESTS: dict[str, dict[str, object]] = {
    "chat": {
        "model": "gpt-5",
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [FUNCTION],
        "messages": [],
    },
    "responses": {
        "model": "gpt-5",
        "stream": True,
        "input": "x",
        "tools": [{"type": "function", "name": "look_up", "parameters": {"type": "object"}}],
    },
}


def line(body: dict[str, object], name: str | None = None) -> bytes:
    """One event, as the API writes it."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return (f"event: {name}\n" if name else "").encode() + f"data: {data}\n\n".encode()


def chunk(choices: list[object], usage: object = None, padding: str = "oyMnF") -> bytes:
    """One chunk of Chat Completions."""
    head = {
        "id": "chatcmpl-CUzgYcp7CJQa5J9ffXUubXGbtHbench",
        "object": "chat.completion.chunk",
        "created": 1761502994,
    }
    rest = {
        "model": "gpt-5-2025-08-07",
        "service_tier": "default",
        "system_fingerprint": None,
        "choices": choices,
    }
    return line({**head, **rest, "usage": usage, "obfuscation": padding})


def delta(body: dict[str, object], finish: str | None = None) -> bytes:
    """One chunk with one choice."""
    return chunk([{"index": 0, "delta": body, "logprobs": None, "finish_reason": finish}])


CHAT_USAGE = {
    "prompt_tokens": 9, "completion_tokens": 90, "total_tokens": 99,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
    },
}  # fmt: skip


def chat_text(events: int) -> bytes:
    """Chat Completions, text."""
    parts = [delta({"role": "assistant", "content": "", "refusal": None})]
    parts += [delta({"content": WORDS[number % len(WORDS)]}) for number in range(events)]
    return b"".join([*parts, delta({}, "stop"), chunk([], CHAT_USAGE), b"data: [DONE]\n\n"])


def chat_tools(events: int) -> bytes:
    """Chat Completions, one call with long arguments."""
    first = {
        "index": 0,
        "id": "call_abcdefghijklmnopqrstuvwx",
        "type": "function",
        "function": {"name": "look_up", "arguments": ""},
    }
    parts = [delta({"role": "assistant", "content": None, "tool_calls": [first], "refusal": None})]
    for number in range(events):
        text = '{"words":["' if number == 0 else '"]}' if number == events - 1 else _piece(number)
        parts.append(delta({"tool_calls": [{"index": 0, "function": {"arguments": text}}]}))
    return b"".join([*parts, delta({}, "tool_calls"), chunk([], CHAT_USAGE), b"data: [DONE]\n\n"])


def _piece(number: int) -> str:
    return "word " if number % 4 else SEPARATOR


class Events:
    """Numbers the events of a Responses stream."""

    def __init__(self) -> None:
        self.number = 0
        self.parts: list[bytes] = []

    def add(self, kind: str, **body: object) -> None:
        """One event."""
        self.parts.append(line({"type": kind, "sequence_number": self.number, **body}, kind))
        self.number += 1


def response(status: str, output: list[object], usage: object = None) -> dict[str, object]:
    """The response object."""
    done = 1761502999 if status == "completed" else None
    return {
        "id": "resp_" + "0a" * 24,
        "object": "response",
        "created_at": 1761502994,
        "status": status,
        "background": False,
        "completed_at": done,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "metadata": {},
        "model": "gpt-5-2025-08-07",
        "output": output,
        "parallel_tool_calls": True,
        "presence_penalty": 0.0,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "reasoning": {"effort": None, "summary": None},
        "safety_identifier": None,
        "service_tier": "default",
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [
            {
                "type": "function",
                "name": "look_up",
                "parameters": {"type": "object"},
                "strict": False,
                "description": None,
            }
        ],
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage,
        "user": None,
    }


USAGE = {
    "input_tokens": 9, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 90,
    "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 99,
}  # fmt: skip


def text(events: int) -> bytes:
    """Responses, one message."""
    out, item_id = Events(), "msg_" + "0b" * 24
    out.add("response.created", response=response("in_progress", []))
    out.add("response.in_progress", response=response("in_progress", []))
    item: dict[str, object] = {
        "id": item_id,
        "type": "message",
        "status": "in_progress",
        "role": "assistant",
        "content": [],
    }
    out.add("response.output_item.added", output_index=0, item=item)
    where: dict[str, object] = {"item_id": item_id, "output_index": 0, "content_index": 0}
    empty: dict[str, object] = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    out.add("response.content_part.added", **where, part=empty)
    words = [WORDS[number % len(WORDS)] for number in range(events)]
    for word in words:
        padding = PADDING[: -len(word) % 16]
        out.add(
            "response.output_text.delta",
            **where,
            delta=word,
            logprobs=[],
            obfuscation=padding,
        )
    part = {**empty, "text": "".join(words)}
    out.add("response.output_text.done", **where, logprobs=[], text=part["text"])
    out.add("response.content_part.done", **where, part=part)
    done = {**item, "status": "completed", "content": [part]}
    out.add("response.output_item.done", output_index=0, item=done)
    out.add("response.completed", response=response("completed", [done], USAGE))
    return b"".join(out.parts)


def calls(events: int) -> bytes:
    """Responses, one function call with long arguments."""
    out, item_id = Events(), "fc_" + "0c" * 24
    out.add("response.created", response=response("in_progress", []))
    out.add("response.in_progress", response=response("in_progress", []))
    item: dict[str, object] = {
        "id": item_id,
        "type": "function_call",
        "status": "in_progress",
        "arguments": "",
        "call_id": "call_abcdefghijklmnopqrstuvwx",
        "name": "look_up",
    }
    out.add("response.output_item.added", output_index=0, item=item)
    where: dict[str, object] = {"item_id": item_id, "output_index": 0}
    pieces = ['{"words":["', *(_piece(number) for number in range(1, events - 1)), '"]}']
    for piece in pieces:
        out.add(
            "response.function_call_arguments.delta",
            **where,
            delta=piece,
            obfuscation="abcdefghijklmnop"[: (-len(piece)) % 16],
        )
    done = {**item, "status": "completed", "arguments": "".join(pieces)}
    out.add("response.function_call_arguments.done", **where, arguments=done["arguments"])
    out.add("response.output_item.done", output_index=0, item=done)
    out.add("response.completed", response=response("completed", [done], USAGE))
    return b"".join(out.parts)

"""Conforming answers, written by hand, that together hold all that a fault can break."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response

Json = dict[str, Any]
STREAM = (("content-type", "text/event-stream"), ("x-request-id", "req_1"))
WHOLE = (("content-type", "application/json"), ("x-request-id", "req_1"))
TOOLS: list[Json] = [{"type": "function", "function": {"name": "add", "parameters": {}}}]


def _line(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _exchange(
    url: str, request: Json, pieces: list[bytes], status: int = 200, *, whole: bool = False
) -> Exchange:
    chunks = tuple(Chunk(1000 * number, piece) for number, piece in enumerate(pieces))
    headers: tuple[tuple[str, str], ...] = WHOLE if whole else STREAM
    if status == 429:
        headers = (*headers, ("retry-after", "2"))
    response = Response(status, headers, chunks)
    sent = Request("POST", "http://host/v1/" + url, (), json.dumps(request).encode())
    return Exchange(0, sent, response, Ending(How.COMPLETE, 1000 * len(chunks)))


def chat(*choices: list[Json], usage: Json | None = None, error: bool = False, **request: Any) -> Exchange:
    """A Chat Completions stream with a chunk for each list of choices."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_750_000_000, "model": "m"}
    head["system_fingerprint"] = "fp_1"
    values: list[Json] = [{**head, "choices": one} for one in choices]
    if usage is not None:
        values = [{**value, "usage": None} for value in values]
        values.append({**head, "choices": [], "usage": usage})
        request["stream_options"] = {"include_usage": True}
    if error:
        values.append({"error": {"message": "no", "type": "server_error", "param": None, "code": None}})
    pieces = [b"data: " + _line(value) + b"\n\n" for value in values]
    body = {"model": "m", "messages": [], "stream": True, **request}
    return _exchange("chat/completions", body, [*pieces, b"data: [DONE]\n\n"])


def choice(delta: Json, finish: str | None = None, index: int = 0, logprobs: Json | None = None) -> Json:
    """One choice of a chunk."""
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}


def fragment(index: int, arguments: str, **opening: str) -> Json:
    """A delta with a fragment of a tool call; `id` and `name` where it opens one."""
    function: Json = {"name": opening["name"]} if opening else {}
    call: Json = {"index": index, **({"id": opening["id"], "type": "function"} if opening else {})}
    return {"tool_calls": [{**call, "function": {**function, "arguments": arguments}}]}


def _logprob(token: str) -> Json:
    entry = {"token": token, "logprob": -0.5, "bytes": list(token.encode()), "top_logprobs": []}
    return {"content": [entry], "refusal": None}


ROLE: Json = {"role": "assistant", "content": "", "refusal": None}
USAGE: Json = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
OPENS: Json = {**ROLE, "content": None, **fragment(0, "", id="call_1", name="add")}
SECOND = fragment(1, "", id="call_2", name="add")
TWO_CALLS: list[list[Json]] = [
    [choice(OPENS)],
    [choice(fragment(0, '{"a"'))],
    [choice(fragment(0, ":1}"))],
    [choice(SECOND)],
    [choice(fragment(1, '{"a":2}'))],
    [choice({}, "tool_calls")],
]

CHAT = {
    "text": chat(
        [choice(ROLE)],
        [choice({"content": "Hi"})],
        [choice({"content": " you"})],
        [choice({}, "stop")],
        usage=USAGE,
        tools=TOOLS,
        stop=["END"],
    ),
    "plain": chat([choice(ROLE)], [choice({"content": "Hi"})], [choice({}, "stop")]),
    "no_calls": chat(
        [choice(ROLE)], [choice({"content": "Hi"})], [choice({}, "stop")], tools=TOOLS, tool_choice="none"
    ),
    "logprobs": chat(
        [choice(ROLE)],
        [choice({"content": "Hi"}, logprobs=_logprob("Hi"))],
        [choice({}, "stop")],
        logprobs=True,
    ),
    "calls": chat(*TWO_CALLS, usage=USAGE, tools=TOOLS),
    "forced": chat(
        *TWO_CALLS[:3], TWO_CALLS[-1], tools=TOOLS, tool_choice="required", parallel_tool_calls=False
    ),
    "cut": chat(
        [choice(ROLE)], [choice({"content": "Hi"})], [choice({}, "length")], usage=USAGE, max_tokens=3
    ),
    "two": chat(
        [choice(ROLE)],
        [choice(ROLE, index=1)],
        [choice({"content": "A"})],
        [choice({"content": "B"}, index=1)],
        [choice({}, "stop")],
        [choice({}, "stop", index=1)],
        n=2,
    ),
    "reasoning": chat(
        [choice({**ROLE, "reasoning_content": "Hm"})],
        [choice({"reasoning_content": "."})],
        [choice({"content": "Hi"})],
        [choice({}, "stop")],
    ),
    "audio": chat(
        [choice({**ROLE, "audio": {"id": "audio_1"}})],
        [choice({"audio": {"data": "AAAA"}})],
        [choice({"audio": {"data": "AAAA"}})],
        [choice({"audio": {"expires_at": 1}})],
        [choice({}, "stop")],
    ),
    "failed": chat([choice(ROLE)], [choice({"content": "Hi"})], error=True),
}


def _usage() -> Json:
    return {
        "input_tokens": 9,
        "output_tokens": 3,
        "total_tokens": 12,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }


def responses(*items: tuple[list[Json], Json], end: str = "completed", **request: Any) -> Exchange:
    """A Responses stream of these items: the events between `added` and `done`, and the finished item."""
    head: Json = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_750_000_000,
        "model": "m",
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
        "temperature": 1.0,
        "metadata": {},
    }
    values: list[Json] = [
        {"type": "response.created", "response": head},
        {"type": "response.in_progress", "response": head},
    ]
    for index, (inside, done) in enumerate(items):
        values.append({"type": "response.output_item.added", "output_index": index, "item": _begun(done)})
        values += [_placed(one, index, done["id"]) for one in inside]
        values.append({"type": "response.output_item.done", "output_index": index, "item": done})
    last = {**head, "status": end, "output": [done for _, done in items]}
    if end == "failed":
        last["error"] = {"code": "server_error", "message": "no"}
    else:
        last["usage"] = _usage()
    if end == "incomplete":
        last["incomplete_details"] = {"reason": "max_output_tokens"}
    values.append({"type": "response." + end, "response": last})
    pieces = []
    for number, value in enumerate(values):
        numbered = {"type": value["type"], "sequence_number": number, **value}
        pieces.append(b"event: " + value["type"].encode() + b"\ndata: " + _line(numbered) + b"\n\n")
    body = {"model": "m", "input": "x", "stream": True, "temperature": 1.0, **request}
    return _exchange("responses", body, pieces)


def _begun(done: Json) -> Json:
    empty = {"content": [], "arguments": "", "input": "", "summary": [], "code": "", "status": "in_progress"}
    return {key: empty.get(key, value) for key, value in done.items()}


def _placed(event: Json, index: int, item_id: str) -> Json:
    place: Json = {"output_index": index}
    if "shell_call_command" not in event["type"]:
        place["item_id"] = item_id
    return {"type": event["type"], **place, **event}


def message(
    text: str, *cuts: int, annotations: tuple[Json, ...] = (), status: str = "completed"
) -> tuple[list[Json], Json]:
    """A message whose text is cut at these places."""
    at = {"content_index": 0}
    places = (0, *cuts, len(text))
    deltas = [text[start:stop] for start, stop in pairwise(places)]
    part = {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}
    marks = [
        {"type": "response.output_text.annotation.added", **at, "annotation_index": number, "annotation": one}
        for number, one in enumerate(annotations)
    ]
    events: list[Json] = [
        {"type": "response.content_part.added", **at, "part": {**part, "text": "", "annotations": []}},
        *({"type": "response.output_text.delta", **at, "delta": one, "logprobs": []} for one in deltas),
        *marks,
        {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
    ]
    return events, {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": status,
        "content": [part],
    }


def refusal(words: str) -> tuple[list[Json], Json]:
    """A message that refuses."""
    at = {"content_index": 0}
    part = {"type": "refusal", "refusal": words}
    events: list[Json] = [
        {"type": "response.content_part.added", **at, "part": {**part, "refusal": ""}},
        {"type": "response.refusal.delta", **at, "delta": words},
        {"type": "response.refusal.done", **at, "refusal": words},
        {"type": "response.content_part.done", **at, "part": part},
    ]
    return events, {
        "type": "message",
        "id": "msg_2",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def call(number: int, kind: str = "function_call") -> tuple[list[Json], Json]:
    """A function call, or one of a custom tool."""
    key = "arguments" if kind == "function_call" else "input"
    name = "function_call_arguments" if kind == "function_call" else "custom_tool_call_input"
    events = [
        {"type": f"response.{name}.delta", "delta": '{"a":'},
        {"type": f"response.{name}.delta", "delta": f"{number}}}"},
        {"type": f"response.{name}.done", key: f'{{"a":{number}}}'},
    ]
    item = {
        "type": kind,
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": "add",
        "status": "completed",
    }
    return events, {**item, key: f'{{"a":{number}}}'}


def summary(text: str) -> tuple[list[Json], Json]:
    """A reasoning item with a summary and encrypted content."""
    at = {"summary_index": 0}
    part = {"type": "summary_text", "text": text}
    events: list[Json] = [
        {"type": "response.reasoning_summary_part.added", **at, "part": {**part, "text": ""}},
        {"type": "response.reasoning_summary_text.delta", **at, "delta": text},
        {"type": "response.reasoning_summary_text.done", **at, "text": text},
        {"type": "response.reasoning_summary_part.done", **at, "part": part},
    ]
    return events, {"type": "reasoning", "id": "rs_1", "summary": [part], "encrypted_content": "gAAA"}


def thought(text: str) -> tuple[list[Json], Json]:
    """A reasoning item with its text."""
    at = {"content_index": 0}
    part = {"type": "reasoning_text", "text": text}
    events: list[Json] = [
        {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
        {"type": "response.reasoning_text.delta", **at, "delta": text},
        {"type": "response.reasoning_text.done", **at, "text": text},
        {"type": "response.content_part.done", **at, "part": part},
    ]
    return events, {"type": "reasoning", "id": "rs_2", "summary": [], "content": [part]}


def _steps(tool: str, *steps: Json | str) -> list[Json]:
    return [
        {"type": f"response.{tool}.{one}"}
        if isinstance(one, str)
        else {**one, "type": f"response.{tool}{one['type']}"}
        for one in steps
    ]


TOOL_ITEMS: list[tuple[list[Json], Json]] = [
    (
        _steps("web_search_call", "in_progress", "searching", "completed"),
        {
            "type": "web_search_call",
            "id": "ws_1",
            "status": "completed",
            "action": {"type": "search", "query": "x"},
        },
    ),
    (
        _steps("file_search_call", "in_progress", "searching", "completed"),
        {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["x"], "results": None},
    ),
    (
        _steps(
            "code_interpreter_call",
            "in_progress",
            {"type": "_code.delta", "delta": "1+"},
            {"type": "_code.delta", "delta": "1"},
            {"type": "_code.done", "code": "1+1"},
            "interpreting",
            "completed",
        ),
        {
            "type": "code_interpreter_call",
            "id": "ci_1",
            "status": "completed",
            "code": "1+1",
            "container_id": "c",
            "outputs": None,
        },
    ),
    (
        _steps(
            "image_generation_call",
            "in_progress",
            "generating",
            {"type": ".partial_image", "partial_image_index": 0, "partial_image_b64": "AAAA"},
            {"type": ".partial_image", "partial_image_index": 1, "partial_image_b64": "AAAA"},
            "completed",
        ),
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "AAAA"},
    ),
    (
        _steps("mcp_list_tools", "in_progress", "completed"),
        {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "s", "tools": []},
    ),
    (
        _steps(
            "mcp_call",
            "in_progress",
            {"type": "_arguments.delta", "delta": "{}"},
            {"type": "_arguments.done", "arguments": "{}"},
            "completed",
        ),
        {
            "type": "mcp_call",
            "id": "mcp_1",
            "status": "completed",
            "name": "t",
            "server_label": "s",
            "arguments": "{}",
            "output": "x",
            "error": None,
        },
    ),
    (
        _steps(
            "shell_call_command",
            {"type": ".added", "command_index": 0, "command": ""},
            {"type": ".delta", "command_index": 0, "delta": "ls"},
            {"type": ".done", "command_index": 0, "command": "ls"},
        ),
        {
            "type": "shell_call",
            "id": "sh_1",
            "call_id": "call_8",
            "status": "completed",
            "action": {"commands": ["ls"], "max_output_length": None, "timeout_ms": None},
        },
    ),
    (
        _steps(
            "shell_call_output_content",
            {"type": ".delta", "command_index": 0, "delta": {"stdout": "a"}},
            {
                "type": ".done",
                "command_index": 0,
                "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
            },
        ),
        {
            "type": "shell_call_output",
            "id": "sho_1",
            "call_id": "call_8",
            "status": "completed",
            "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
            "max_output_length": None,
        },
    ),
    (
        _steps(
            "apply_patch_call_operation_diff",
            {"type": ".delta", "delta": "+a"},
            {"type": ".done", "diff": "+a"},
        ),
        {
            "type": "apply_patch_call",
            "id": "apc_1",
            "call_id": "call_9",
            "status": "completed",
            "operation": {"type": "create_file", "path": "a", "diff": "+a"},
        },
    ),
]

CITED: Json = {
    "type": "url_citation",
    "url": "https://example.com/",
    "title": "x",
    "start_index": 0,
    "end_index": 2,
}

RESPONSES = {
    "text": responses(message("Hi yöu", 2), background=False),
    "cited": responses(
        summary("Hm"), message("Hi you", 2, annotations=(CITED,)), include=["reasoning.encrypted_content"]
    ),
    "calls": responses(call(1), call(2)),
    "custom": responses(call(3, "custom_tool_call"), refusal("No")),
    "thought": responses(thought("Hm"), message("Hi", 1)),
    "tools": responses(*TOOL_ITEMS),
    "cut": responses(message("Hi you", 2, status="incomplete"), end="incomplete", max_output_tokens=3),
    "failed": responses(message("Hi", 1), end="failed"),
}


def _whole(url: str, value: Json, status: int = 200) -> Exchange:
    return _exchange(url, {"model": "m"}, [_line(value)], status, whole=True)


def _completion() -> Json:
    called = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    said = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [called]}
    choices = [{"index": 0, "message": said, "finish_reason": "tool_calls", "logprobs": None}]
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**head, "choices": choices, "usage": USAGE}


def _response() -> Json:
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed"}
    return {**head, "error": None, "output": [message("Hi")[1]], "usage": _usage()}


def _failure(kind: str, code: str | None) -> Json:
    return {"error": {"message": "no", "type": kind, "param": None, "code": code}}


WHOLE_ANSWERS = {
    "completion": _whole("chat/completions", _completion()),
    "response": _whole("responses", _response()),
    "refused": _whole("chat/completions", _failure("invalid_request_error", None), 400),
    "limited": _whole("responses", _failure("requests", "rate_limit_exceeded"), 429),
}

ALL: dict[str, Exchange] = {
    **{f"chat-{name}": one for name, one in CHAT.items()},
    **{f"responses-{name}": one for name, one in RESPONSES.items()},
    **{f"whole-{name}": one for name, one in WHOLE_ANSWERS.items()},
}

"""Conforming Responses streams, written by hand, that together hold all that a fault can break."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.exchanging import Json, exchange, line

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


def spent() -> Json:
    """What an answer cost."""
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
        last["usage"] = spent()
    if end == "incomplete":
        last["incomplete_details"] = {"reason": "max_output_tokens"}
    values.append({"type": "response." + end, "response": last})
    pieces = []
    for number, value in enumerate(values):
        numbered = {"type": value["type"], "sequence_number": number, **value}
        pieces.append(b"event: " + value["type"].encode() + b"\ndata: " + line(numbered) + b"\n\n")
    body = {"model": "m", "input": "x", "stream": True, "temperature": 1.0, **request}
    return exchange("responses", body, pieces)


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

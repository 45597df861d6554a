"""Whole responses for clients that want a stream: what streams tell in pieces is told in pieces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchanging import exchange, line
from tests.translating import Translated, run
from tests.writing import payloads

CODE = {
    "id": "ci_1",
    "type": "code_interpreter_call",
    "status": "completed",
    "code": "print(1)",
    "container_id": "cntr_1",
    "outputs": None,
}
MCP = {
    "id": "mcp_1",
    "type": "mcp_call",
    "status": "completed",
    "name": "search",
    "server_label": "docs",
    "arguments": '{"q":"x"}',
    "output": "found",
    "error": None,
}


def told(item: dict[str, Any], **members: Any) -> Translated:
    """A whole response with that one item, for a client of the same dialect that wants a stream."""
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "m",
        "output": [item],
        "usage": {
            "input_tokens": 1,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 2,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 3,
        },
        **members,
    }
    asked = {"model": "m", "input": "x"}
    return run(
        exchange("responses", asked, [line(response)], whole=True), "responses", "responses", stream=True
    )


@pytest.mark.parametrize(
    ("item", "steps"),
    [
        (
            CODE,
            [
                "response.code_interpreter_call.in_progress",
                "response.code_interpreter_call_code.delta",
                "response.code_interpreter_call_code.done",
                "response.code_interpreter_call.interpreting",
                "response.code_interpreter_call.completed",
            ],
        ),
        (
            MCP,
            [
                "response.mcp_call.in_progress",
                "response.mcp_call_arguments.delta",
                "response.mcp_call_arguments.done",
                "response.mcp_call.completed",
            ],
        ),
        (
            {**MCP, "status": "failed", "output": None, "error": {"type": "mcp_tool_execution_error"}},
            [
                "response.mcp_call.in_progress",
                "response.mcp_call_arguments.delta",
                "response.mcp_call_arguments.done",
                "response.mcp_call.failed",
            ],
        ),
        (
            {**CODE, "code": None},
            [
                "response.code_interpreter_call.in_progress",
                "response.code_interpreter_call_code.done",
                "response.code_interpreter_call.interpreting",
                "response.code_interpreter_call.completed",
            ],
        ),
        (
            {
                "id": "fs_1",
                "type": "file_search_call",
                "status": "completed",
                "queries": ["x"],
                "results": None,
            },
            [
                "response.file_search_call.in_progress",
                "response.file_search_call.searching",
                "response.file_search_call.completed",
            ],
        ),
        (
            {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": "iVBORw0="},
            [
                "response.image_generation_call.in_progress",
                "response.image_generation_call.generating",
                "response.image_generation_call.completed",
            ],
        ),
        (
            {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "docs", "tools": []},
            ["response.mcp_list_tools.in_progress", "response.mcp_list_tools.completed"],
        ),
        (
            {
                "id": "mcpl_1",
                "type": "mcp_list_tools",
                "server_label": "docs",
                "tools": [],
                "error": "refused",
            },
            ["response.mcp_list_tools.in_progress", "response.mcp_list_tools.failed"],
        ),
        (
            {
                "id": "apc_1",
                "type": "apply_patch_call",
                "status": "completed",
                "call_id": "call_1",
                "operation": {"type": "update_file", "path": "a.txt", "diff": "+x"},
            },
            [],
        ),
        (
            {
                "id": "sh_1",
                "type": "shell_call",
                "status": "completed",
                "call_id": "call_1",
                "action": {"commands": ["ls"], "timeout_ms": None, "max_output_length": None},
                "environment": None,
            },
            [],
        ),
        ({"id": "cmp_1", "type": "compaction", "encrypted_content": "x"}, []),
    ],
    ids=[
        "code",
        "MCP",
        "MCP that failed",
        "no code",
        "file search",
        "picture",
        "tools",
        "no tools",
        "patch",
        "shell",
        "compaction",
    ],
)
def test_what_a_hosted_tool_did_is_told_step_by_step(item: dict[str, Any], steps: list[str]) -> None:
    """Between the item's announcement, before anything is done, and its end, which is the item as it came."""
    result = told(item)
    events = payloads(result.body)
    assert [one["type"] for one in events[2:-1]] == [
        "response.output_item.added",
        *steps,
        "response.output_item.done",
    ]
    assert events[-2]["item"] == item
    assert result.told() == ""


def test_a_response_that_is_still_queued_is_no_stream() -> None:
    """The client asked for one, and a stream has to come to an end: it is told that the answer is not there."""
    result = told(MCP, status="queued", background=True, output=[], usage=None)
    assert result.translation.error is not None
    assert result.translation.error.code == "upstream_incomplete"
    assert payloads(result.body)[-1]["type"] == "response.failed"
    assert result.told() == ""

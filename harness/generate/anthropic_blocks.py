"""What Anthropic's server tools give back, and where citations point: one of every kind that the API has."""

from __future__ import annotations

from typing import Any, Final

_FILE: Final = {"type": "code_execution_output", "file_id": "file_1"}
_TEXT_EDITOR: Final = "text_editor_code_execution"

# Name of the tool, type of its result's block, and the content of a result.
RESULTS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("web_search", "web_search_tool_result", [
        {"type": "web_search_result", "title": "T", "url": "https://example.org/", "encrypted_content": "Eqgf",
         "page_age": None}
    ]),
    ("web_search", "web_search_tool_result", []),
    ("web_search", "web_search_tool_result",
     {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}),
    ("web_fetch", "web_fetch_tool_result", {
        "type": "web_fetch_result", "url": "https://example.org/", "retrieved_at": None,
        "content": {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"},
                    "title": None, "citations": None},
    }),
    ("web_fetch", "web_fetch_tool_result", {"type": "web_fetch_tool_result_error", "error_code": "unavailable"}),
    ("code_execution", "code_execution_tool_result", {
        "type": "code_execution_result", "stdout": "1\n", "stderr": "", "return_code": 0, "content": [_FILE],
    }),
    ("code_execution", "code_execution_tool_result", {
        "type": "encrypted_code_execution_result", "encrypted_stdout": "Eqgf", "stderr": "", "return_code": 0,
        "content": [],
    }),
    ("code_execution", "code_execution_tool_result",
     {"type": "code_execution_tool_result_error", "error_code": "unavailable"}),
    ("bash_code_execution", "bash_code_execution_tool_result", {
        "type": "bash_code_execution_result", "stdout": "", "stderr": "x", "return_code": 1,
        "content": [{"type": "bash_code_execution_output", "file_id": "file_1"}],
    }),
    ("bash_code_execution", "bash_code_execution_tool_result",
     {"type": "bash_code_execution_tool_result_error", "error_code": "too_many_requests"}),
    (_TEXT_EDITOR, f"{_TEXT_EDITOR}_tool_result",
     {"type": f"{_TEXT_EDITOR}_create_result", "is_file_update": False}),
    (_TEXT_EDITOR, f"{_TEXT_EDITOR}_tool_result", {
        "type": f"{_TEXT_EDITOR}_str_replace_result", "lines": ["-a"], "new_lines": 1, "new_start": 1, "old_lines": 1,
        "old_start": 1,
    }),
    (_TEXT_EDITOR, f"{_TEXT_EDITOR}_tool_result", {
        "type": f"{_TEXT_EDITOR}_view_result", "content": "a", "file_type": "text", "num_lines": 1, "start_line": 1,
        "total_lines": 1,
    }),
    (_TEXT_EDITOR, f"{_TEXT_EDITOR}_tool_result",
     {"type": f"{_TEXT_EDITOR}_tool_result_error", "error_code": "file_not_found", "error_message": None}),
    ("tool_search_tool_regex", "tool_search_tool_result", {
        "type": "tool_search_tool_search_result",
        "tool_references": [{"type": "tool_reference", "tool_name": "get_weather"}],
    }),
    ("tool_search_tool_regex", "tool_search_tool_result",
     {"type": "tool_search_tool_result_error", "error_code": "unavailable", "error_message": None}),
)  # fmt: skip

_IN_DOCUMENT: Final = {"cited_text": "x", "document_index": 0, "document_title": None, "file_id": None}

CITATIONS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "char_location", **_IN_DOCUMENT, "start_char_index": 0, "end_char_index": 1},
    {"type": "page_location", **_IN_DOCUMENT, "start_page_number": 1, "end_page_number": 2},
    {"type": "content_block_location", **_IN_DOCUMENT, "start_block_index": 0, "end_block_index": 1},
    {
        "type": "web_search_result_location",
        "cited_text": "x",
        "url": "https://example.org/",
        "title": "T",
        "encrypted_index": "Eo8B",
    },
    {
        "type": "search_result_location",
        "cited_text": "x",
        "search_result_index": 0,
        "source": "https://example.org/",
        "title": None,
        "start_block_index": 0,
        "end_block_index": 1,
    },
)

WHOLE: Final[tuple[dict[str, Any], ...]] = (
    {"type": "container_upload", "file_id": "file_1"},
    {"type": "fallback", "model": "m-2"},
)
"""Blocks that come whole; the last is of a type that no client knows yet."""

ERRORS: Final = (
    "overloaded_error", "api_error", "rate_limit_error", "timeout_error", "invalid_request_error",
    "authentication_error", "billing_error", "permission_error", "not_found_error",
)  # fmt: skip
"""The types of errors; in a stream mostly the first."""

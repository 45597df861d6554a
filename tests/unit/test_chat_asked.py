"""What a request to Chat Completions asks for."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dialects.chat import DIALECT
from harness.dialects.chat.asked import asked

F = {"type": "function", "function": {"name": "f"}}


def allowed(mode: str) -> dict[str, Any]:
    """A tool choice that limits the tools to one."""
    return {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [F]}}}


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({}, "n", 1),
        ({"n": 3}, "n", 3),
        ({"n": 0}, "n", 1),
        ({"n": True}, "n", 1),
        ({"stream": True}, "stream", True),
        ({"stream": "yes"}, "stream", False),
        ({"stream_options": {"include_usage": True}}, "include_usage", True),
        ({"stream_options": None}, "include_usage", None),
        ({"tools": [F, {"type": "custom", "custom": {"name": "c"}}, {"type": "web_search"}]}, "tools", ("f", "c")),
        ({"tools": [{"type": "web_search"}]}, "has_tools", True),
        ({"functions": [{"name": "g"}]}, "tools", ("g",)),
        ({"tool_choice": "required"}, "tool_choice", "required"),
        ({"tool_choice": "sometimes"}, "tool_choice", None),
        ({"tool_choice": F}, "tool_choice", "named"),
        ({"tool_choice": F}, "forced_tool", "f"),
        ({"function_call": {"name": "g"}}, "forced_tool", "g"),
        (allowed("auto"), "allowed_tools", ("f",)),
        (allowed("required"), "tool_choice", "required"),
        ({"parallel_tool_calls": False}, "parallel_tool_calls", False),
        ({"stop": "END"}, "stop", ("END",)),
        ({"stop": ["a", 1, "b"]}, "stop", ("a", "b")),
        ({"max_tokens": 5}, "max_tokens", 5),
        ({"max_tokens": 5, "max_completion_tokens": 7}, "max_tokens", 7),
        ({"logprobs": True}, "logprobs", True),
        ({"store": True}, "store", True),
        ({"modalities": ["text", "audio"]}, "audio", True),
        ({"model": 5}, "model", None),
    ],
)  # fmt: skip
def test_a_request_is_read_as_it_is_meant(body: dict[str, Any], field: str, value: object) -> None:
    """Members that are not as documented count as absent."""
    assert getattr(asked("/v1/chat/completions", body), field) == value


def test_the_dialect_is_known_by_its_path_and_by_its_payloads() -> None:
    """Both kinds of answers, and none of another dialect."""
    assert DIALECT.path("/v1/chat/completions?api-version=1")
    assert not DIALECT.path("/v1/completions")
    assert DIALECT.speaks({"object": "chat.completion.chunk"})
    assert DIALECT.speaks({"choices": []})
    assert not DIALECT.speaks({"type": "response.created"})


def test_an_error_that_stands_alone_is_a_kind_of_its_own() -> None:
    """One beside choices is a chunk, and so is `error: null`."""
    assert DIALECT.kind({"error": {"message": "x"}}) == "error"
    assert DIALECT.kind({"error": {"message": "x"}, "choices": []}) == "chunk"
    assert DIALECT.kind({"error": None}) == "chunk"

"""Reading requests to the Responses API."""

from __future__ import annotations

import pytest

from harness.dialects.asked import Asked
from harness.dialects.responses.asked import is_path, read_request


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/responses", True),
        ("/openai/v1/responses?api-version=preview", True),
        ("/v1/responses/resp_1?stream=true&starting_after=4", True),
        ("/v1/responses/resp_1/cancel", False),
        ("/v1/responses/resp_1/input_items", False),
        ("/v1/chat/completions", False),
        ("/", False),
    ],
)
def test_paths_of_the_api_are_told_from_others(path: str, expected: bool) -> None:  # noqa: FBT001 - a column
    """Prefixes of gateways do not matter; what does not answer with a response is left out."""
    assert is_path(path) is expected


def test_a_full_request_is_read() -> None:
    """Every member that a rule asks for."""
    asked = read_request(
        "/v1/responses",
        {
            "model": "m",
            "stream": True,
            "tools": [{"type": "function", "name": "f"}, {"type": "web_search"}],
            "tool_choice": {"type": "function", "name": "f"},
            "parallel_tool_calls": False,
            "max_output_tokens": 16,
            "include": ["message.output_text.logprobs"],
            "store": False,
            "background": True,
            "previous_response_id": "resp_0",
        },
    )
    assert asked.stream
    assert (asked.model, asked.tools, asked.has_tools) == ("m", ("f",), True)
    assert (asked.tool_choice, asked.forced_tool) == ("named", "f")
    assert (asked.parallel_tool_calls, asked.max_tokens, asked.logprobs) == (False, 16, True)
    assert (asked.store, asked.background, asked.previous_response_id) == (False, True, "resp_0")


def test_a_resuming_get_is_read_from_its_query() -> None:
    """A stored stream is asked for without a body."""
    asked = read_request("/v1/responses/resp_1?stream=true&starting_after=4", {})
    assert asked.stream
    assert asked.starting_after == 4
    assert asked.logprobs is None


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", ("auto", None, None)),
        ("required", ("required", None, None)),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
            ("allowed", None, ("f",)),
        ),
        ({"type": "web_search"}, ("named", None, None)),
        (3, (None, None, None)),
    ],
)
def test_tool_choices_are_read(choice: object, expected: tuple[object, ...]) -> None:
    """In each of their shapes; nonsense is as good as nothing."""
    asked = read_request("/v1/responses", {"tool_choice": choice})
    assert (asked.tool_choice, asked.forced_tool, asked.allowed_tools) == expected


def test_a_request_of_nonsense_is_read_without_an_error() -> None:
    """Members with a wrong type count as absent."""
    nonsense = {"tools": 3, "include": {}, "stream": "yes", "max_output_tokens": "16", "model": 1}
    assert read_request("/v1/responses?starting_after=-1", nonsense) == Asked(body=nonsense, logprobs=False)

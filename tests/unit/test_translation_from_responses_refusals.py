"""Requests of the Responses API that cannot be meant are refused as OpenAI does."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import RequestRefused
from harness.translation.losses import Ledger
from harness.translation.requests.from_responses import from_responses
from tests.responses_requests_read import read


@pytest.mark.parametrize(
    ("members", "message", "param", "code"),
    [
        (
            {"model": None},
            "Invalid type for 'model': expected a string, but got null instead.",
            "model",
            "invalid_type",
        ),
        (
            {"input": 7},
            "Invalid type for 'input': expected one of a string or array of input items, but got an integer instead.",
            "input",
            "invalid_type",
        ),
        (
            {"input": ["a"]},
            "Invalid type for 'input[0]': expected an object, but got a string instead.",
            "input[0]",
            "invalid_type",
        ),
        (
            {"input": [{}]},
            "Missing required parameter: 'input[0].type'.",
            "input[0].type",
            "missing_required_parameter",
        ),
        (
            {"input": [{"role": "tool", "content": "a"}]},
            "Invalid value: 'tool'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
            "input[0].role",
            "invalid_value",
        ),
        (
            {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "a"}]}]},
            "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
            "input[0].content[0].type",
            "invalid_value",
        ),
        (
            {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
            "Missing required parameter: 'input[0].call_id'.",
            "input[0].call_id",
            "missing_required_parameter",
        ),
        (
            {"input": [{"type": "function_call", "call_id": "", "name": "f", "arguments": "{}"}]},
            (
                "Invalid 'input[0].call_id': empty string. Expected a string with minimum length 1, but got an "
                "empty string instead."
            ),
            "input[0].call_id",
            "empty_string",
        ),
        (
            {"input": [{"type": "function_call", "call_id": "1", "name": "f", "arguments": {}}]},
            "Invalid type for 'input[0].arguments': expected a string, but got an object instead.",
            "input[0].arguments",
            "invalid_type",
        ),
        (
            {"input": [{"type": "function_call_output", "call_id": "1"}]},
            "Missing required parameter: 'input[0].output'.",
            "input[0].output",
            "missing_required_parameter",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            "Missing required parameter: 'tools[0].name'.",
            "tools[0].name",
            "missing_required_parameter",
        ),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            "Missing required parameter: 'tool_choice.name'.",
            "tool_choice.name",
            "missing_required_parameter",
        ),
        (
            {"tool_choice": "any"},
            "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
            "tool_choice",
            "invalid_value",
        ),
        (
            {"text": {"format": {"type": "json_schema", "schema": {}}}},
            "Missing required parameter: 'text.format.name'.",
            "text.format.name",
            "missing_required_parameter",
        ),
        (
            {"temperature": 3},
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
            "temperature",
            "decimal_above_max_value",
        ),
        (
            {"previous_response_id": "resp_1", "conversation": "conv_1"},
            (
                "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only "
                "providing one of: 'previous_response_id' or 'conversation'."
            ),
            "conversation",
            "mutually_exclusive_parameters",
        ),
        (
            {"input": None},
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.",
            "input",
            "missing_required_parameter",
        ),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_meant_is_refused_as_openai_does(
    members: dict[str, Any], message: str, param: str, code: str
) -> None:
    """With the words, the member and the code."""
    with pytest.raises(RequestRefused) as caught:
        read(**members)
    assert caught.value.message == message
    assert (caught.value.status, caught.value.param, caught.value.name) == (400, param, code)


def test_a_request_may_leave_out_its_model_and_input_where_a_prompt_has_them() -> None:
    """A stored prompt names both."""
    request = from_responses({"prompt": {"id": "pmpt_1"}}, Ledger())
    assert (request.model, request.messages) == ("", ())

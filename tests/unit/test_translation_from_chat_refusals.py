"""Messages of Chat Completions of which something is lost, or that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat
from tests.chat_messages_read import refusal


def losses(message: dict[str, Any]) -> list[tuple[str, str]]:
    """What is noted while a message is read."""
    ledger = Ledger()
    from_chat({"model": "m", "messages": [message]}, ledger)
    return [(loss.code, loss.at) for loss in ledger.losses]


def test_members_inside_parts_and_calls_that_nobody_knows_are_noted() -> None:
    """There is no room for them."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;name=a;base64,AA", "odd": 1}}
    assert losses({"role": "user", "content": [image]}) == [
        ("L100", "/messages/0/content/0/image_url/odd"),
        ("L100", "/messages/0/content/0/image_url/url"),
    ]
    audio = {"type": "input_audio", "input_audio": {"data": "A", "format": "mp3", "a": 1}, "b": 2}
    assert losses({"role": "user", "content": [audio]}) == [
        ("L100", "/messages/0/content/0/b"),
        ("L100", "/messages/0/content/0/input_audio/a"),
    ]
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}", "odd": 1}}
    assert losses({"role": "assistant", "tool_calls": [call]}) == [
        ("L100", "/messages/0/tool_calls/0/function/odd")
    ]
    assert losses({"role": "assistant", "audio": {"id": "a", "transcript": "t"}}) == [
        ("L100", "/messages/0/audio/transcript")
    ]


def test_a_file_with_data_and_an_id_is_its_data() -> None:
    """Only one of them can be sent."""
    file = {"type": "file", "file": {"file_id": "file_1", "file_data": "AAAA"}}
    assert losses({"role": "user", "content": [file]}) == [("L156", "/messages/0/content/0/file/file_id")]


_MESSAGES: list[tuple[Any, str, str | None, str | None]] = [
    ({}, "Missing required parameter: 'messages[0].role'.", "messages[0].role", "missing_required_parameter"),
    (
        {"role": "robot"},
        (
            "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and "
            "'developer'."
        ),
        "messages[0].role",
        "invalid_value",
    ),
    (
        {"role": "user"},
        "Missing required parameter: 'messages[0].content'.",
        "messages[0].content",
        "missing_required_parameter",
    ),
    (
        {"role": "user", "content": 5},
        (
            "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer "
            "instead."
        ),
        "messages[0].content",
        "invalid_type",
    ),
    (
        {"role": "user", "content": None},
        "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead.",
        "messages[0].content",
        "invalid_type",
    ),
    (
        {"role": "user", "content": ["hi"]},
        "Invalid type for 'messages[0].content[0]': expected an object, but got a string instead.",
        "messages[0].content[0]",
        "invalid_type",
    ),
    (
        {"role": "user", "content": [{"text": "hi"}]},
        "Missing required parameter: 'messages[0].content[0].type'.",
        "messages[0].content[0].type",
        "missing_required_parameter",
    ),
    (
        {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        (
            "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and "
            "'file'."
        ),
        "messages[0].content[0].type",
        "invalid_value",
    ),
    (
        {"role": "system", "content": [{"type": "image_url", "image_url": {"url": "u"}}]},
        "Invalid value: 'image_url'. Supported values are: 'text'.",
        "messages[0].content[0].type",
        "invalid_value",
    ),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": "u"}]},
        "Invalid type for 'messages[0].content[0].image_url': expected an object, but got a string instead.",
        "messages[0].content[0].image_url",
        "invalid_type",
    ),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png,raw"}}]},
        "Invalid base64 image_url.",
        "messages[0].content[0].image_url.url",
        "invalid_base64",
    ),
    (
        {"role": "user", "content": [{"type": "file", "file": {"filename": "a"}}]},
        "Missing required parameter: 'messages[0].content[0].file.file_id'.",
        "messages[0].content[0].file.file_id",
        "missing_required_parameter",
    ),
    (
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "ogg"}}]},
        "Invalid value: 'ogg'. Supported values are: 'wav' and 'mp3'.",
        "messages[0].content[0].input_audio.format",
        "invalid_value",
    ),
    (
        {"role": "tool", "content": "x"},
        "Missing required parameter: 'messages[0].tool_call_id'.",
        "messages[0].tool_call_id",
        "missing_required_parameter",
    ),
    (
        {"role": "function", "content": "x"},
        "Missing required parameter: 'messages[0].name'.",
        "messages[0].name",
        "missing_required_parameter",
    ),
    (
        {"role": "assistant", "tool_calls": []},
        (
            "Invalid 'messages[0].tool_calls': empty array. Expected an array with minimum length 1, but got an empty "
            "array instead."
        ),
        "messages[0].tool_calls",
        "empty_array",
    ),
    (
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "local_shell"}]},
        "Invalid value: 'local_shell'. Supported values are: 'function' and 'custom'.",
        "messages[0].tool_calls[0].type",
        "invalid_value",
    ),
    (
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": {}}}],
        },
        (
            "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object "
            "instead."
        ),
        "messages[0].tool_calls[0].function.arguments",
        "invalid_type",
    ),
]


@pytest.mark.parametrize(("message", "told", "param", "code"), _MESSAGES)
def test_a_wrong_message_is_refused_as_openai_does(
    message: Any, told: str, param: str | None, code: str | None
) -> None:
    """Message, param and code."""
    assert refusal(message) == (told, param, code)

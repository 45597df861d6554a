"""What `harness.translate` cannot make sense of is said in its own words, before anything is read."""

from __future__ import annotations

from typing import Any

import pytest

import harness
from harness.errors import UnknownName, UsageError

SHIPPED = "llama-server/chat/text"
TEXT = (
    b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'
)
END = (
    b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"source": "claude", "target": "chat"}, "there is no upstream dialect 'claude'"),
        ({"source": "chat", "target": "gemini"}, "there is no inbound dialect 'gemini'"),
        ({"source": "chat", "target": "chat", "losses": "wran"}, "there is no loss policy 'wran'"),
        ({"source": "chat", "target": "chat", "losses": ["L999=warn"]}, "there is no loss code 'L999'"),
    ],
)
def test_a_name_that_does_not_exist_is_told_with_those_that_do(given: dict[str, Any], told: str) -> None:
    """And not that the answer speaks another dialect."""
    with pytest.raises(UnknownName, match=told):
        harness.translate(SHIPPED, **given)


def test_a_single_policy_may_stand_without_a_list() -> None:
    """As on the command line."""
    answer = harness.translate(SHIPPED, source="chat", target="responses", losses="warn")
    assert answer.status == 200


@pytest.mark.parametrize("answer", [{"choices": []}, 7, None, ["text"]])
def test_what_is_no_answer_is_told(answer: Any) -> None:
    """With what would be one."""
    with pytest.raises(UsageError, match="no answer that can be translated"):
        harness.translate(answer, source="chat", target="chat")


@pytest.mark.parametrize(
    "answer",
    [TEXT + END, bytearray(TEXT + END), memoryview(TEXT + END), [TEXT, END], (TEXT, memoryview(END))],
)
def test_a_body_may_be_bytes_of_any_kind_or_chunks(answer: Any) -> None:
    """The client is sent the same."""
    translation = harness.translate(answer, source="chat", target="chat")
    assert translation.error is None
    assert b'"content":"hi"' in translation.body

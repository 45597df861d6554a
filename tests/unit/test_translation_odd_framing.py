"""Streams that are framed or ordered as they should not be: what can be read is read once, and told as a loss."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.exchanging import exchange
from tests.translating import Translated, run

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect

ASKED = {"model": "m", "stream": True, "stream_options": {"include_usage": True}}


def translated(source: UpstreamDialect, *blocks: bytes) -> Translated:
    """A stream of these blocks, for a client of Chat."""
    url = "chat/completions" if source == "chat" else source
    return run(exchange(url, ASKED, list(blocks)), source, "chat")


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
    """A chunk of Chat."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_768_392_000, "model": "m"}
    return json.dumps({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


def data(text: str) -> bytes:
    """An event."""
    return f"data: {text}\n\n".encode()


FIRST = data(chunk({"role": "assistant", "content": "a"}))
END = (data(chunk({}, "stop")), data("[DONE]"))


@pytest.mark.parametrize(
    ("odd", "text"),
    [
        (chunk({"content": "b"}).encode() + b"\n\n", "ab"),
        (b"event: message\n" + chunk({"content": "b"}).encode() + b"\n\n", "ab"),
        (data(chunk({"content": "b"}).replace('"b"', '"\\ud83d"')), "a\ufffd"),
    ],
    ids=["a line of JSON", "one below its name", "half a surrogate pair"],
)
def test_what_can_be_read_of_an_odd_event_is_read(odd: bytes, text: str) -> None:
    """The text is not lost, the loss is told, and the rules blame the upstream."""
    result = translated("chat", FIRST, odd, *END)
    assert result.turn.choices[0].text == text
    assert "L227" in {one.code for one in result.translation.losses}
    assert result.told() == ""


@pytest.mark.parametrize(
    "odd", [b"data: {\n\n", b'data: {"a":"\xe2\x82"}\n\n', b"data: NaN\n\n", b"data: {}\ndata: {}\n\n"]
)
def test_what_cannot_be_read_is_an_error(odd: bytes) -> None:
    """Nothing is skipped."""
    result = translated("chat", FIRST, odd, *END)
    assert result.translation.error is not None
    assert result.translation.error.code == "upstream_invalid_json"


def test_what_a_server_repeats_of_the_gateways_request_is_left_out() -> None:
    """In any chunk, the last among them."""
    echoed: dict[str, Any] = {"stream_options": {"include_usage": True}}
    first = data(chunk({"role": "assistant", "content": "a"}, **echoed))
    result = translated("chat", first, data(chunk({}, "stop", **echoed)), END[1])
    assert b"stream_options" not in result.body
    assert "L235" in {one.code for one in result.translation.losses}


def test_a_delta_that_comes_after_its_text_was_said_whole_is_not_said_again() -> None:
    """Of a text and of arguments."""
    item = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "f", "arguments": ""}
    at = {"item_id": "fc_1", "output_index": 0}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    text = {"item_id": "msg_1", "output_index": 1, "content_index": 0}
    events = [
        {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.function_call_arguments.delta", **at, "delta": '{"a":'},
        {"type": "response.function_call_arguments.done", **at, "arguments": '{"a":1}'},
        {"type": "response.function_call_arguments.delta", **at, "delta": "1}"},
        {"type": "response.output_item.added", "output_index": 1, "item": message},
        {"type": "response.output_text.delta", **text, "delta": "Yes"},
        {"type": "response.output_text.done", **text, "text": "Yes."},
        {"type": "response.output_text.delta", **text, "delta": "."},
        {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}},
    ]
    result = translated("responses", *(data(json.dumps(one)) for one in events))
    choice = result.turn.choices[0]
    assert [call.arguments for call in choice.calls] == ['{"a":1}']
    assert choice.text == "Yes."
    assert "L217" in {one.code for one in result.translation.losses}

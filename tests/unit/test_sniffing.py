"""What a body is, and what an exchange speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import Request
from harness.checking.sniffing import Shape, dialect_of, plain_dialect_of, shape_of
from harness.dialects.registry import NAMES, dialect, dialects
from harness.errors import UnknownName

EVENT_STREAM = (("Content-Type", "text/event-stream; charset=utf-8"),)
JSON = (("content-type", "application/json"),)


@pytest.mark.parametrize(
    ("beginning", "shape"),
    [
        (b'data: {"a":1}\n\n', Shape.STREAM),
        (b"event: response.created\ndata: {}\n\n", Shape.STREAM),
        (b": ping\n\n", Shape.STREAM),
        (b"\xef\xbb\xbfdata: {}\n\n", Shape.STREAM),
        (b"\r\n\r\ndata: {}\r\n\r\n", Shape.STREAM),
        (b"da", Shape.STREAM),
        (b"data\n\n", Shape.STREAM),
        (b'{"id":"x"}', Shape.WHOLE),
        (b'\n  {"id":', Shape.WHOLE),
        (b'[{"candidates":[]}\n,', Shape.ARRAY),
        (b"[", Shape.ARRAY),
        (b"[1, 2]", Shape.WHOLE),
        (b"[]", Shape.ARRAY),
        (b'{"id":"x"}\ndata: [DONE]\n', Shape.WHOLE),
        (b'"Internal Server Error"', Shape.WHOLE),
        (b"", Shape.EMPTY),
        (b"\n\n", Shape.EMPTY),
        (b"<html>", Shape.OTHER),
        (b"upstream connect error", Shape.OTHER),
    ],
)
def test_the_bytes_tell_what_a_body_is(beginning: bytes, shape: Shape) -> None:
    """Without a head there is nothing else to go by."""
    assert shape_of(None, beginning) is shape


def test_a_wrong_content_type_does_not_make_a_body_something_else() -> None:
    """It is a defect, and the rules can only report it when the body is read as what it is."""
    assert shape_of(JSON, b"data: {}\n\n") is Shape.STREAM
    assert shape_of(EVENT_STREAM, b'{"error":{"message":"no"}}') is Shape.WHOLE


def test_lines_of_json_that_are_called_an_event_stream_are_one() -> None:
    """Its framing is wrong, and that is what is to be reported."""
    lines = b'{"a":1}\n{"a":2}\n'
    assert shape_of(EVENT_STREAM, lines) is Shape.STREAM
    assert shape_of(JSON, lines) is Shape.WHOLE


def test_where_the_bytes_say_nothing_the_content_type_speaks() -> None:
    """A stream may begin with a field that nobody knows."""
    assert shape_of(EVENT_STREAM, b"foo: bar\n\ndata: {}\n\n") is Shape.STREAM


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.invalid/v1/chat/completions", "chat"),
        ("https://api.invalid/openai/deployments/d/chat/completions?api-version=1", "chat"),
        ("https://api.invalid/v1/responses", "responses"),
        ("https://api.invalid/v1/responses/resp_1?stream=true&starting_after=3", "responses"),
        ("https://api.invalid/v1/messages", "anthropic"),
        ("https://api.invalid/v1beta/models/m:streamGenerateContent?alt=sse", "gemini"),
        ("https://api.invalid/v1beta/models/m:generateContent", "gemini"),
    ],
)
def test_the_path_of_the_request_tells_the_dialect(url: str, name: str) -> None:
    """It is what the server was asked in, whatever the server answered."""
    assert dialect_of(Request("POST", url), b"") == name


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        (
            "DELETE",
            "https://api.invalid/v1/responses/resp_1",
            b'{"object":"response.deleted","deleted":true}',
        ),
        ("DELETE", "https://api.invalid/v1/chat/completions/c", b'{"object":"chat.completion.deleted"}'),
        ("GET", "https://api.invalid/v1/chat/completions/c/messages", b'{"object":"list","data":[]}'),
        ("GET", "https://api.invalid/v1/threads/t/messages", b'{"object":"list","data":[]}'),
        ("GET", "https://api.invalid/v1/responses/resp_1/input_items", b'{"object":"list","data":[]}'),
        ("", "", b'{"object":"chat.completion.deleted"}'),
    ],
)
def test_what_is_asked_of_stored_answers_is_no_answer(method: str, url: str, body: bytes) -> None:
    """Recorded sessions of OpenAI's stores hold such exchanges: they are of no dialect, and not broken ones of one."""
    assert dialect_of(Request(method, url), body) is None


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b': ping\n\ndata: {"object":"chat.completion.chunk","choices":[]}\n\n', "chat"),
        (b'{"object":"chat.completion","choices":[]}', "chat"),
        (b'event: response.created\ndata: {"type":"response.created","response":{}}\n\n', "responses"),
        (b'{"object":"response","output":[]}', "responses"),
        (b'event: message_start\ndata: {"type":"message_start","message":{}}\n\n', "anthropic"),
        (b'data: {"candidates":[]}\n\n', "gemini"),
        (b'[{"candidates":[]}]', "gemini"),
        (b'{"object":"chat.completion.chunk","choices":[]}\n{"object":"chat.completion.chunk"}\n', "chat"),
        (b'data: {"hello":1}\n\n', None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_without_a_request_the_payloads_tell_the_dialect(beginning: bytes, name: str | None) -> None:
    """The first payload that only one dialect can have decides."""
    assert dialect_of(None, beginning) == name
    assert dialect_of(Request("", ""), beginning) == name


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b'data: {"id":"c","object":"chat.completion.chunk","choices":[]}\ndata: {"choices":[]}\n', "chat"),
        (
            b'data: {"type":"response.created","response":{}}\ndata: {"type":"response.in_progress"}\n',
            "responses",
        ),
        (b'{"id":"resp_1","status":"completed","output":[]}', "responses"),
        (b'{"id":"resp_1","object":"response","outp', "responses"),
        (b'data: {"type":"message_start"}\ndata: {"type":"ping"}\n', "anthropic"),
        (b'data: {"candidates":[]}\ndata: {"candidates":[]}\n', "gemini"),
        (b'{"error":{"message":"no","type":"server_error","param":null,"code":null}}', "chat"),
        (b'data: {"error":{"message":"no"}}\n\n', "chat"),
    ],
)
def test_where_nothing_can_be_read_the_words_tell_the_dialect(beginning: bytes, name: str) -> None:
    """Events that are glued together, JSON that is cut off and answers without their mark are to be judged, too."""
    assert dialect_of(None, beginning) == name


def test_words_do_not_make_an_answer_of_what_was_asked_of_another_service() -> None:
    """A path that is no dialect's is believed, unless the payloads are of one beyond doubt."""
    assert dialect_of(Request("POST", "https://api.invalid/v1/evals"), b'{"output":[]}') is None


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b'data: {"object":"chat.completion.chunk","choices":[]}\n\n', "chat"),
        (b'{"object":"response","output":[]}', "responses"),
        (
            b'event: ping\ndata: {"type":"ping"}\n\ndata: {"type":"message_start","message":{}}\n\n',
            "anthropic",
        ),
        (b'[{"candidates":[]}]', "gemini"),
        (b'data: {"choices":[],"candidates":[]}\n\n', None),
        (b'data: {"choices":[],"candidates":[]}\n\ndata: {"candidates":[]}\n\n', "gemini"),
        (b'{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}', None),
        (b'{"id":"resp_1","status":"completed","output":[]}', None),
        (b'{"id":"resp_1","object":"response","outp', None),
        (b"", None),
    ],
)
def test_only_a_payload_that_no_other_dialect_can_have_is_plain(beginning: bytes, name: str | None) -> None:
    """Errors, words, and a payload that two dialects can have leave it open."""
    assert plain_dialect_of(beginning) == name


def test_every_dialect_can_be_had_by_name() -> None:
    """And is imported only then."""
    assert [one.name for one in dialects()] == list(NAMES)
    assert dialect("chat") is dialect("chat")


def test_an_unknown_dialect_is_answered_with_the_nearest_one() -> None:
    """Names are typed by people."""
    with pytest.raises(UnknownName, match="did you mean 'responses'"):
        dialect("response")


@given(st.binary(max_size=300), st.sampled_from([None, EVENT_STREAM, JSON]))
def test_no_bytes_are_too_strange(body: bytes, headers: tuple[tuple[str, str], ...] | None) -> None:
    """Sniffing always comes to an answer."""
    assert shape_of(headers, body) in Shape
    assert dialect_of(None, body) in {None, *NAMES}

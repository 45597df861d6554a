"""Faults that answer instead of the recording, and errors inside a stream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response, header
from harness.faults.dialect import dialect_of
from harness.faults.registry import parse_fault

CHAT = "https://api.openai.com/v1/chat/completions"
RESPONSES = "https://api.openai.com/v1/responses"
ANTHROPIC = "https://api.anthropic.com/v1/messages"
GEMINI = "https://host/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"


def answer(fault: str, url: str = CHAT) -> Response:
    """What the fault answers to a request that has no recording yet."""
    stand_in = Exchange(0, Request("POST", url), Response(200), Ending(How.COMPLETE))
    one = parse_fault(fault)
    exchange = one.apply(stand_in)

    assert one.applies(stand_in)
    assert exchange.ending == Ending(How.COMPLETE)
    assert exchange.response is not None
    return exchange.response


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        (CHAT, "chat"),
        ("http://host/openai/deployments/gpt/chat/completions?api-version=1", "chat"),
        (RESPONSES, "responses"),
        ("http://host/v1/responses/", "responses"),
        ("http://host/v1/responses/resp_1?stream=true", "responses"),
        (ANTHROPIC, "anthropic"),
        ("http://host/v1/projects/p/publishers/anthropic/models/c:streamRawPredict", "anthropic"),
        (GEMINI, "gemini"),
        ("http://host/v1beta/models/gemini:generateContent", "gemini"),
        ("http://host/whatever", "chat"),
        ("", "chat"),
    ],
)
def test_the_path_tells_the_dialect(url: str, dialect: str) -> None:
    """An unknown path counts as Chat Completions."""
    assert dialect_of(url) == dialect


@pytest.mark.parametrize(
    ("code", "url", "expected"),
    [
        (400, CHAT, {"type": "invalid_request_error", "param": None, "code": None}),
        (401, CHAT, {"type": "invalid_request_error", "param": None, "code": "invalid_api_key"}),
        (429, RESPONSES, {"type": "requests", "param": None, "code": "rate_limit_exceeded"}),
        (500, RESPONSES, {"type": "server_error", "param": None, "code": None}),
        (418, CHAT, {"type": "invalid_request_error", "param": None, "code": None}),
        (400, ANTHROPIC, {"type": "invalid_request_error"}),
        (401, ANTHROPIC, {"type": "authentication_error"}),
        (429, ANTHROPIC, {"type": "rate_limit_error"}),
        (500, ANTHROPIC, {"type": "api_error"}),
        (503, ANTHROPIC, {"type": "api_error"}),
        (529, ANTHROPIC, {"type": "overloaded_error"}),
        (400, GEMINI, {"code": 400, "status": "INVALID_ARGUMENT"}),
        (401, GEMINI, {"code": 401, "status": "UNAUTHENTICATED"}),
        (429, GEMINI, {"code": 429, "status": "RESOURCE_EXHAUSTED"}),
        (500, GEMINI, {"code": 500, "status": "INTERNAL"}),
        (502, GEMINI, {"code": 502, "status": "UNKNOWN"}),
        (503, GEMINI, {"code": 503, "status": "UNAVAILABLE"}),
    ],
)
def test_status_answers_in_the_shape_of_the_dialect(code: int, url: str, expected: dict[str, Any]) -> None:
    """The body is JSON of the right length, and its message says who made it."""
    response = answer(f"status:{code}", url)
    body = response.body()
    value = json.loads(body)
    error = value.pop("error")

    assert response.status == code
    assert header(response.headers, "content-type") == "application/json"
    assert header(response.headers, "content-length") == str(len(body))
    assert "llm-stream-harness" in error.pop("message")
    assert error == expected
    assert value == ({"type": "error"} if url == ANTHROPIC else {})


@pytest.mark.parametrize(
    ("fault", "retry_after"),
    [
        ("status:429", "1"),
        ("status:429,retry_after=2", "2"),
        ("status:429,retry_after=0", "0"),
        ("status:503,retry_after=9", "9"),
        ("status:503", None),
        ("status", None),
    ],
)
def test_retry_after_comes_with_429_or_where_it_is_asked_for(fault: str, retry_after: str | None) -> None:
    """In whole seconds, as RFC 9110 section 10.2.3 has it."""
    assert header(answer(fault).headers, "retry-after") == retry_after


@pytest.mark.parametrize(
    ("code", "reason"), [(529, "Overloaded"), (429, "Too Many Requests"), (599, ""), (502, "Bad Gateway")]
)
def test_a_status_has_its_reason_phrase(code: int, reason: str) -> None:
    """529 is in no registry; Anthropic calls it overloaded."""
    assert answer(f"status:{code}").reason == reason


@pytest.mark.parametrize("code", [200, 502])
def test_html_is_a_page_where_json_should_be(code: int) -> None:
    """With the label and the length of a page."""
    response = answer(f"html:{code}")
    body = response.body()

    assert response.status == code
    assert header(response.headers, "content-type") == "text/html; charset=utf-8"
    assert header(response.headers, "content-length") == str(len(body))
    assert body.startswith(b"<!DOCTYPE html>")


def test_hangup_answers_nothing() -> None:
    """Not even a head comes."""
    stand_in = Exchange(0, Request("POST", CHAT), Response(200), Ending(How.COMPLETE))
    exchange = parse_fault("hangup").apply(stand_in)

    assert exchange.response is None
    assert (exchange.ending.how, exchange.ending.exception) == (How.SERVER_CUT, "RemoteProtocolError")


@pytest.mark.parametrize(
    ("url", "name", "expected"),
    [
        (CHAT, None, {"error": {"type": "server_error", "param": None, "code": None}}),
        (RESPONSES, "error", {"type": "error", "sequence_number": 8,
                              "error": {"type": "server_error", "param": None, "code": None}}),
        (ANTHROPIC, "error", {"type": "error", "error": {"type": "overloaded_error"}}),
        (GEMINI, None, {"error": {"code": 529, "status": "UNKNOWN"}}),
    ],
)  # fmt: skip
def test_error_event_ends_the_stream_as_the_dialect_does(
    url: str, name: str | None, expected: dict[str, Any]
) -> None:
    """The events in front of it stay, the rest is gone, and the body ends properly."""
    chunks = (
        Chunk(0, b'data: {"sequence_number":7}\n\n'),
        Chunk(5, b"data: {}\n\n"),
        Chunk(9, b"data: [DONE]\n\n"),
    )
    recorded = Exchange(
        0, Request("POST", url), Response(200, (), chunks), Ending(How.RESET, 10, "ReadError")
    )
    exchange = parse_fault("error_event:event=1,code=529").apply(recorded)

    assert exchange.response is not None
    first, last = exchange.response.chunks
    assert first == chunks[0]
    assert last.at_us == 5
    assert exchange.ending == Ending(How.COMPLETE, 5)
    lines = last.data.decode().splitlines()
    assert lines[:-2] == ([] if name is None else [f"event: {name}"])
    value = json.loads(lines[-2].removeprefix("data: "))
    assert "llm-stream-harness" in value["error"].pop("message")
    assert value == expected


def test_an_error_in_place_of_the_first_event_has_sequence_number_0() -> None:
    """So does one after events that carry none."""
    for chunks in ((Chunk(0, b"data: {}\n\n"),), (Chunk(0, b"data: x\n\n"), Chunk(0, b"data: {}\n\n"))):
        recorded = Exchange(0, Request("POST", RESPONSES), Response(200, (), chunks), Ending(How.COMPLETE))
        response = parse_fault("error_event:-1").apply(recorded).response

        assert response is not None
        assert b'"sequence_number":0' in response.body()

"""Rules on HTTP: what the head, the status, an error and the ending say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, Headers, How, Request, Response
from harness.checking.exchanges import judge
from harness.findings import Finding, Severity
from harness.rules.registry import rule
from tests.judging import judged

ID = ("x-request-id", "req_1")
SSE, JSON, HTML = (
    ("content-type", "text/event-stream"),
    ("content-type", "application/json"),
    ("content-type", "text/html"),
)
CHUNK = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"m","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}\n\n'
)
STREAM = CHUNK + b"data: [DONE]\n\n"
ANSWER = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1768392000,"model":"m","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"Hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
)  # fmt: skip
ERROR = {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}


def findings_of(
    body: bytes, headers: Headers = (SSE, ID), *, status: int = 200, stream: bool | None = True,
    ending: Ending | None = None, at_us: int = 10_000,
) -> list[Finding]:  # fmt: skip
    """What the rules on HTTP say about an exchange; without `stream` nothing is known of its request."""
    asked: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    if stream:
        asked["stream"] = True
    request = Request("", "")
    if stream is not None:
        request = Request("POST", "https://api.invalid/v1/chat/completions", (), json.dumps(asked).encode())
    response = Response(status, headers, (Chunk(at_us, body),) if body else ())
    exchange = Exchange(0, request, response, ending or Ending(How.COMPLETE, at_us + 1))
    return [one for one in judged(exchange, "chat").findings if one.rule.startswith("HTTP")]


def told(found: list[Finding]) -> list[tuple[str, str]]:
    """Rule and severity of each finding."""
    return [(one.rule, str(one.severity)) for one in found]


@pytest.mark.parametrize(
    ("body", "headers", "stream", "expected"),
    [
        (STREAM, (SSE, ID), True, []),
        (STREAM, (("Content-Type", "Text/Event-Stream; charset=utf-8"), ID), True, []),
        (STREAM, (JSON, ID), True, ["HTTP-CT-001"]),
        (STREAM, (ID,), True, ["HTTP-CT-001"]),
        (STREAM, (), True, []),
        (STREAM, (SSE, ID), False, ["HTTP-MODE-001"]),
        (STREAM, (SSE, ID), None, []),
        (ANSWER, (JSON, ID), False, []),
        (ANSWER, (JSON, ID), None, []),
        (ANSWER, (SSE, ID), False, ["HTTP-CT-002"]),
        (ANSWER, (JSON, ID), True, ["HTTP-MODE-002"]),
        (ANSWER + b"\ndata: [DONE]\n\n", (JSON, ID), False, ["HTTP-CT-002"]),
        (b"<html></html>", (HTML, ID), True, ["HTTP-CT-001"]),
        (b"<html></html>", (HTML, ID), False, ["HTTP-CT-002"]),
        (b"[1]", (JSON, ID), False, ["HTTP-CT-002"]),
        (b'{"error":{"message":"No."}}', (JSON, ID), True, ["HTTP-STATUS-001", "HTTP-ERR-001"]),
        (b'{"error":{"message":"No."}}', (JSON, ID), False, ["HTTP-STATUS-003", "HTTP-ERR-001"]),
        (b"", (SSE, ID), True, ["HTTP-STATUS-002"]),
        (b"data: [DONE]\n\n", (SSE, ID), True, ["HTTP-STATUS-002"]),
    ],
)  # fmt: skip
def test_what_came_is_held_against_what_was_asked_and_announced(
    body: bytes, headers: Headers, stream: bool | None, expected: list[str]  # noqa: FBT001 - a table
) -> None:  # fmt: skip
    """One fault, one finding: the cause speaks."""
    assert sorted(one.rule for one in findings_of(body, headers, stream=stream)) == sorted(expected)


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, ERROR, []),
        (401, {**ERROR, "code": "invalid_api_key"}, []),
        (400, {**ERROR, "code": 400}, [("HTTP-ERR-003", "warning")]),
        (400, {"message": "No.", "type": "x"}, [("HTTP-ERR-001", "info")]),
        (400, {"message": "No.", "param": None, "code": None}, [("HTTP-ERR-001", "warning")]),
        (400, {**ERROR, "param": 7}, [("HTTP-ERR-001", "warning")]),
        (400, "No.", [("HTTP-ERR-001", "warning")]),
        (400, {**ERROR, "message": " "}, [("HTTP-ERR-002", "error")]),
        (400, {}, [("HTTP-ERR-002", "error")]),
        (400, None, [("HTTP-ERR-002", "error")]),
        (500, ERROR, [("HTTP-ERR-004", "warning")]),
        (404, {**ERROR, "type": "server_error"}, [("HTTP-ERR-004", "warning")]),
        (404, {**ERROR, "type": "made_up"}, []),
        (429, {**ERROR, "type": "requests"}, [("HTTP-ERR-005", "info")]),
        (429, {**ERROR, "message": "Please try again in 20ms."}, []),
        (429, {**ERROR, "type": "insufficient_quota"}, []),
    ],
)  # fmt: skip
def test_an_error_says_what_clients_read(status: int, error: object, expected: list[tuple[str, str]]) -> None:
    """Message, type, param and code, and when to try again."""
    body = json.dumps({"error": error} if error is not None else {"detail": "No."}).encode()
    assert told(findings_of(body, (JSON, ID), status=status)) == expected


def test_a_page_in_place_of_an_error_has_no_message() -> None:
    """Proxies answer so; whose error it is nobody can tell."""
    assert told(findings_of(b"<h1>502</h1>", (HTML, ID), status=502)) == [("HTTP-ERR-002", "error")]


def test_a_429_that_names_its_time_is_fine() -> None:
    """In either spelling."""
    body = json.dumps({"error": ERROR}).encode()
    assert findings_of(body, (JSON, ID, ("retry-after-ms", "20")), status=429) == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((SSE, ID, ("cache-control", "no-cache, no-transform")), []),
        ((SSE, ID, ("cache-control", "private")), ["HTTP-HDR-001"]),
        ((SSE, ID, ("content-length", "9"), ("x-accel-buffering", "yes")), ["HTTP-HDR-001"]),
        ((SSE,), ["HTTP-HDR-002"]),
        ((SSE, ("apim-request-id", "1")), []),
    ],
)  # fmt: skip
def test_a_head_may_be_worth_a_word(headers: Headers, expected: list[str]) -> None:
    """Never more than an information."""
    found = findings_of(STREAM, headers)
    assert [one.rule for one in found] == expected
    assert all(one.severity is Severity.INFO for one in found)


@pytest.mark.parametrize(
    ("how", "after_s", "expected"),
    [
        (How.COMPLETE, 4, []),
        (How.COMPLETE, 6, [("HTTP-CLOSE-001", "error")]),
        (How.TIMEOUT, 6, [("HTTP-CLOSE-001", "error")]),
        (How.CLIENT_CLOSE, 60, []),
        (How.CANCELLED, 60, []),
        (How.RECORDER_CRASH, 60, []),
        (How.RESET, 1, [("HTTP-CLOSE-002", "warning")]),
        (How.SERVER_CUT, 1, [("HTTP-CLOSE-002", "warning")]),
    ],
)  # fmt: skip
def test_a_body_ends_soon_and_in_order(how: How, after_s: int, expected: list[tuple[str, str]]) -> None:
    """After the event that ends the stream; what the client does is no fault of the server."""
    ending = Ending(how, 10_000 + after_s * 1_000_000)
    assert told(findings_of(STREAM, ending=ending)) == expected


@pytest.mark.parametrize("how", [How.RESET, How.SERVER_CUT])
def test_a_connection_that_breaks_before_the_end_is_an_error(how: How) -> None:
    """The answer is not whole, streamed or not."""
    ending = Ending(how, 20_000)
    assert told(findings_of(CHUNK, ending=ending)) == [("HTTP-CLOSE-002", "error")]
    assert told(findings_of(ANSWER[:50], (JSON, ID), stream=False, ending=ending)) == [
        ("HTTP-CLOSE-002", "error")
    ]


def test_silence_before_the_end_counts_where_the_terminal_event_never_came() -> None:
    """The server says nothing for a minute and then goes away."""
    request, response = Request("", ""), Response(200, (SSE, ID), (Chunk(10_000, CHUNK),))
    ending = Ending(How.TIMEOUT, 70_000_000)
    found = judged(Exchange(0, request, response, ending), "chat").findings
    assert "SSE-IDLE-001" in {one.rule for one in found}


@pytest.mark.parametrize("name", ["HTTP-CLOSE-002", "HTTP-CLOSE-001", "HTTP-ERR-005", "HTTP-HDR-003"])
def test_a_rule_that_had_nothing_to_judge_was_not_exercised(name: str) -> None:
    """The client left, nothing was refused, nothing was compressed."""
    request, response = Request("", ""), Response(200, (SSE, ID), (Chunk(10_000, CHUNK),))
    check = judged(Exchange(0, request, response, Ending(How.CLIENT_CLOSE, 20_000)), "chat")
    assert not rule(name)().exercised(check.case, check.seen)


@pytest.mark.parametrize("body", [STREAM, ANSWER])
def test_a_body_that_is_not_in_its_coding_is_told_once(body: bytes) -> None:
    """Nothing of it can be read, so nothing else is said."""
    request = Request("POST", "https://api.invalid/v1/chat/completions", (), b'{"model":"m","stream":true}')
    response = Response(200, (SSE, ID, ("content-encoding", "gzip")), (Chunk(1, body),))
    verdict = judge(Exchange(0, request, response, Ending(How.COMPLETE, 2)))
    assert told(list(verdict.findings)) == [("HTTP-HDR-003", "error")]

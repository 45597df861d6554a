"""What clients are told of an upstream's failures: status, type, code, message, and how long to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.jsonvalue import compact
from harness.translation.failures import (
    disconnected,
    error_of,
    failure,
    response_code,
    retry_after_ms,
    timed_out,
    unreachable,
)

if TYPE_CHECKING:
    from harness.turn.increments import Error

OPENAI = {"type": "invalid_request_error", "param": None, "code": None}


def openai(message: str = "No.", **members: Any) -> dict[str, Any]:
    """An error body of OpenAI."""
    return {"error": {"message": message, **OPENAI, **members}}


def anthropic(kind: str, message: str = "No.") -> dict[str, Any]:
    """An error body of Anthropic."""
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def gemini(number: int, status: str, message: str = "No.", **members: Any) -> dict[str, Any]:
    """An error body of Gemini."""
    return {"error": {"code": number, "message": message, "status": status, **members}}


def failed(dialect: str, status: int, body: Any, *headers: tuple[str, str]) -> Error:
    """The failure of an answer with that body."""
    data = body if isinstance(body, bytes) else compact(body).encode()
    return failure(dialect, status, headers, data)


@pytest.mark.parametrize(
    ("dialect", "status", "body", "expected"),
    [
        ("chat", 400, openai(code="invalid_value", param="n"), (400, "invalid_request_error", "invalid_value")),
        ("chat", 400, openai(), (400, "invalid_request_error", None)),
        ("responses", 400, openai(code="context_length_exceeded"),
         (400, "invalid_request_error", "context_length_exceeded")),
        ("anthropic", 400, anthropic("invalid_request_error"), (400, "invalid_request_error", None)),
        ("anthropic", 400, anthropic("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
         (400, "invalid_request_error", "context_length_exceeded")),
        ("anthropic", 400, anthropic("invalid_request_error", "Your credit balance is too low to use the API."),
         (400, "invalid_request_error", "insufficient_quota")),
        ("gemini", 400, gemini(400, "INVALID_ARGUMENT"), (400, "invalid_request_error", None)),
        ("gemini", 400, gemini(400, "INVALID_ARGUMENT", details=[{"reason": "API_KEY_INVALID"}]),
         (400, "invalid_request_error", "invalid_api_key")),
        ("chat", 401, openai(code="invalid_api_key"), (401, "invalid_request_error", "invalid_api_key")),
        ("chat", 401, {"error": {"message": "No.", "code": 401}}, (401, "invalid_request_error", "invalid_api_key")),
        ("chat", 401, {"error": {"message": "No.", "code": "401"}}, (401, "invalid_request_error", "invalid_api_key")),
        ("chat", 401, {"error": {"message": "No.", "type": "authentication_error", "code": "invalid_request_error"}},
         (401, "invalid_request_error", "invalid_api_key")),
        ("chat", 401, {"detail": "Unauthorized"}, (401, "invalid_request_error", "invalid_api_key")),
        ("anthropic", 401, anthropic("authentication_error"), (401, "invalid_request_error", "invalid_api_key")),
        ("anthropic", 403, anthropic("permission_error"),
         (403, "invalid_request_error", "insufficient_permissions")),
        ("gemini", 403, gemini(403, "PERMISSION_DENIED"), (403, "invalid_request_error", "insufficient_permissions")),
        ("anthropic", 402, anthropic("billing_error"), (429, "insufficient_quota", "insufficient_quota")),
        ("chat", 404, openai(code="model_not_found"), (404, "invalid_request_error", "model_not_found")),
        ("anthropic", 404, anthropic("not_found_error", "model: claude-0"),
         (404, "invalid_request_error", "model_not_found")),
        ("gemini", 404, gemini(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1beta"),
         (404, "invalid_request_error", "model_not_found")),
        ("chat", 404, b"", (404, "invalid_request_error", "not_found")),
        ("chat", 408, openai("Request timed out."), (504, "server_error", "upstream_timeout")),
        ("gemini", 504, gemini(504, "DEADLINE_EXCEEDED"), (504, "server_error", "upstream_timeout")),
        ("anthropic", 413, anthropic("request_too_large"), (413, "invalid_request_error", None)),
        ("chat", 422, {"error": "Invalid input", "status": 422}, (422, "invalid_request_error", None)),
        ("chat", 429, openai(type="requests", code="rate_limit_exceeded"), (429, "requests", "rate_limit_exceeded")),
        ("chat", 429, openai(type="insufficient_quota", code="insufficient_quota"),
         (429, "insufficient_quota", "insufficient_quota")),
        ("chat", 429, {"error": {"message": "Slow down.", "code": 429}},
         (429, "rate_limit_error", "rate_limit_exceeded")),
        ("anthropic", 429, anthropic("rate_limit_error"), (429, "rate_limit_error", "rate_limit_exceeded")),
        ("gemini", 429, gemini(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota"),
         (429, "rate_limit_error", "rate_limit_exceeded")),
        ("chat", 500, openai(type="server_error"), (502, "server_error", None)),
        ("chat", 500, openai(), (502, "server_error", None)),
        ("anthropic", 500, anthropic("api_error"), (502, "server_error", None)),
        ("gemini", 500, gemini(500, "INTERNAL"), (502, "server_error", None)),
        ("chat", 501, b"", (502, "server_error", None)),
        ("chat", 503, b"", (503, "server_error", "server_is_overloaded")),
        ("gemini", 503, gemini(503, "UNAVAILABLE"), (503, "server_error", "server_is_overloaded")),
        ("anthropic", 529, anthropic("overloaded_error"), (503, "server_error", "server_is_overloaded")),
        ("chat", 302, b"", (502, "server_error", None)),
    ],
)  # fmt: skip
def test_each_status_and_error_is_what_openai_would_say(
    dialect: str, status: int, body: Any, expected: tuple[int, str, str | None]
) -> None:
    """4.10 of the mapping: status, type and code, whatever the upstream's dialect."""
    error = failed(dialect, status, body)
    assert (error.status, error.type, error.code) == expected
    assert error.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (openai("No such tool."), "No such tool."),
        ({"error": "No such tool."}, "No such tool."),
        ({"code": "Some requested entity was not found", "error": "No such tool."}, "No such tool."),
        ({"message": "No such tool."}, "No such tool."),
        ({"detail": "No such tool."}, "No such tool."),
        ({"detail": [{"loc": ["body"], "msg": "missing"}]}, '[{"loc":["body"],"msg":"missing"}]'),
        ([gemini(400, "INVALID_ARGUMENT", "No such tool.")], "No such tool."),
        ({"error": {"error": {"message": "No such tool."}}}, "No such tool."),
        ("No such tool.", "No such tool."),
        (b"No such tool.", "the upstream answered 400 Bad Request: No such tool."),
    ],
)
def test_the_upstreams_own_message_is_told(body: Any, message: str) -> None:
    """In whichever shape it comes; a plain text is said to be the upstream's."""
    assert failed("chat", 400, body).message == message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><h1>502 Bad Gateway</h1></body></html>",
        b"  <!doctype html>",
        b"\xff\xfe\x00",
        b"{",
        b"null",
        b"{}",
        b'{"error":null}',
        b'{"error":{"message":""}}',
        b'{"error":{"message":7}}',
        b"x" * 501,
        b"[" * 100_000,
    ],
)
def test_without_a_message_the_status_is_told(body: bytes) -> None:
    """Pages, nothing and nonsense give a message that is made of the status; a page is never passed on."""
    assert failed("chat", 502, body).message == "the upstream answered 502 Bad Gateway"


def test_a_page_is_known_by_its_type_as_well() -> None:
    """Where the body does not begin with a tag."""
    error = failed("chat", 500, b"Oops &amp; sorry", ("Content-Type", "text/html"))
    assert error.message == "the upstream answered 500 Internal Server Error"
    assert failed("chat", 599, b"").message == "the upstream answered 599"


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        (
            "Incorrect API key provided: {}.",
            "sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNqBhSd3PlMc",
        ),
        ("API key {} not valid", "AIzaSyD3k9QxLm2TtY7wRb4HnCe8JpDs6FgUa1K"),
        ("sent Authorization: Bearer {}", "Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa"),
    ],
)
def test_keys_do_not_get_into_messages(message: str, secret: str) -> None:
    """Upstreams repeat the key that they refuse; neither a body, nor a stream, nor a transport's words pass it on."""
    said = message.format(secret)
    for error in (
        failed("chat", 401, openai(said)),
        failed("chat", 401, said.encode()),
        error_of("chat", {"message": said}),
        disconnected(said),
        unreachable(said),
    ):
        assert secret not in error.message
        assert message.split("{}", maxsplit=1)[0] in error.message


def test_keys_do_not_get_into_words_that_are_told_and_logged() -> None:
    """An upstream may put the key that it refuses anywhere; words that clients compare stay as they are."""
    secret = "sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiOoXy5EzW0VrNqBhSd3PlMc"
    for name in ("code", "param", "type", "status"):
        error = failed("chat", 401, openai("no", **{name: secret}))
        assert secret not in repr(error)
    words = {
        "message": "no",
        "code": "unsupported_country_region_territory",
        "param": "messages[12].content[0].url",
    }
    said = failed("chat", 403, {"error": words})
    assert (said.code, said.param) == (words["code"], words["param"])


@pytest.mark.parametrize(
    ("dialect", "error", "expected"),
    [
        ("chat", {"message": "No.", "type": "server_error", "code": None}, (502, "server_error", None)),
        ("chat", {"message": "No.", "code": 429}, (429, "rate_limit_error", "rate_limit_exceeded")),
        ("chat", {"message": "No.", "code": 502}, (502, "server_error", None)),
        ("chat", {"error": {"message": "No.", "type": "overloaded_error"}},
         (503, "server_error", "server_is_overloaded")),
        ("chat", "No.", (502, "server_error", None)),
        ("chat", None, (502, "server_error", None)),
        ("chat", ["No."], (502, "server_error", None)),
        ("responses", {"type": "error", "code": "rate_limit_exceeded", "message": "No.", "param": None},
         (429, "rate_limit_error", "rate_limit_exceeded")),
        ("responses", {"type": "error", "error": {"type": "invalid_request_error", "code": "invalid_prompt",
         "message": "No."}}, (400, "invalid_request_error", "invalid_prompt")),
        ("responses", {"code": "server_error", "message": "No."}, (502, "server_error", "server_error")),
        ("responses", {"code": "invalid_image", "message": "No."}, (400, "invalid_request_error", "invalid_image")),
        ("anthropic", {"type": "error", "error": {"type": "overloaded_error", "message": "No."}},
         (503, "server_error", "server_is_overloaded")),
        ("anthropic", {"type": "rate_limit_error", "message": "No."},
         (429, "rate_limit_error", "rate_limit_exceeded")),
        ("anthropic", {"type": "api_error", "message": "No."}, (502, "server_error", None)),
        ("anthropic", {"type": "timeout_error", "message": "No."}, (504, "server_error", "upstream_timeout")),
        ("anthropic", {"type": "invalid_request_error", "message": "No."}, (400, "invalid_request_error", None)),
        ("gemini", {"code": 503, "status": "UNAVAILABLE", "message": "No."},
         (503, "server_error", "server_is_overloaded")),
        ("gemini", {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "No."},
         (429, "rate_limit_error", "rate_limit_exceeded")),
    ],
)  # fmt: skip
def test_an_error_inside_a_stream_has_the_status_that_it_would_have_had(
    dialect: str, error: Any, expected: tuple[int, str, str | None]
) -> None:
    """A client that has been sent nothing yet is answered with it."""
    told = error_of(dialect, error, 7, 1)
    assert (told.status, told.type, told.code) == expected
    assert told.message
    assert (told.src, told.choice) == (7, 1)


def test_the_blamed_member_is_told_only_of_the_clients_own_dialects() -> None:
    """A member of a request to Gemini is none of the client's."""
    assert failed("chat", 400, openai(param="messages[0]")).param == "messages[0]"
    assert failed("gemini", 400, {"error": {"message": "No.", "param": "contents"}}).param is None


def test_the_upstreams_own_word_is_kept() -> None:
    """For logs and reports."""
    assert failed("gemini", 429, gemini(429, "RESOURCE_EXHAUSTED")).native == "RESOURCE_EXHAUSTED"
    assert failed("anthropic", 529, anthropic("overloaded_error")).native == "overloaded_error"
    assert failed("chat", 400, openai(code="invalid_value")).native == "invalid_value"
    assert failed("chat", 500, b"").native is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), None),
        ((("Retry-After", "3"),), 3_000),
        ((("retry-after", "0.5"),), 500),
        ((("retry-after-ms", "750"), ("retry-after", "3")), 750),
        ((("retry-after-ms", "soon"), ("retry-after", "3")), 3_000),
        ((("retry-after", "Sat, 21 Nov 2026 00:00:30 GMT"),), 30_000),
        ((("retry-after", "Fri, 20 Nov 2026 23:00:00 GMT"),), 0),
        ((("retry-after", "in a while"),), None),
        ((("retry-after", "-1"),), None),
        ((("retry-after", "99999999999"),), None),
        ((("retry-after", "Sat, 99 Nov 99999999 00:00:30 GMT"),), None),
        ((("retry-after", ""),), None),
    ],
)
def test_how_long_to_wait_is_read_in_all_its_forms(
    headers: tuple[tuple[str, str], ...], expected: int | None
) -> None:
    """Milliseconds before seconds before a date; nonsense is nothing."""
    midnight = 1_795_219_200  # Sat, 21 Nov 2026 00:00:00 GMT
    assert retry_after_ms(headers, midnight) == expected


def test_a_date_is_counted_from_the_answers_own_where_no_other_is_known() -> None:
    """So a failure needs no clock."""
    fields = (("date", "Sat, 21 Nov 2026 00:00:00 GMT"), ("retry-after", "Sat, 21 Nov 2026 00:00:02 GMT"))
    assert failed("chat", 429, openai(), *fields).retry_after_ms == 2_000
    assert failed("chat", 429, openai(), fields[1]).retry_after_ms is None


def test_gemini_says_in_the_body_how_long_to_wait() -> None:
    """A header counts before it."""
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.074s"}
    body = gemini(429, "RESOURCE_EXHAUSTED", details=[{"reason": "x"}, info])
    assert failed("gemini", 429, body).retry_after_ms == 34_074
    assert failed("gemini", 429, body, ("retry-after", "1")).retry_after_ms == 1_000
    assert error_of("gemini", body["error"]).retry_after_ms == 34_074
    odd = gemini(429, "RESOURCE_EXHAUSTED", details=[7, {"retryDelay": 3}, {"retryDelay": "soon"}])
    assert failed("gemini", 429, odd).retry_after_ms is None


def test_each_timeout_says_what_took_too_long() -> None:
    """One code, four messages."""
    errors = [timed_out(kind) for kind in ("connect", "first_byte", "idle", "total")]
    assert {(one.status, one.type, one.code) for one in errors} == {(504, "server_error", "upstream_timeout")}
    assert len({one.message for one in errors}) == len({one.native for one in errors}) == 4
    assert all("timed out" in one.message for one in errors)


def test_a_broken_connection_is_told() -> None:
    """With what the transport says of it, where it says anything."""
    assert disconnected().code == "upstream_disconnected"
    assert disconnected("reset by peer").message.endswith(": reset by peer")
    assert unreachable("refused").code == "upstream_unreachable"
    assert {disconnected().status, unreachable().status} == {502}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (failed("chat", 400, openai()), "invalid_prompt"),
        (failed("chat", 413, b""), "invalid_prompt"),
        (failed("chat", 400, openai(code="context_length_exceeded")), "context_length_exceeded"),
        (failed("chat", 400, openai(code="invalid_image_url")), "invalid_image_url"),
        (failed("chat", 400, openai(code="invalid_value")), "invalid_prompt"),
        (failed("chat", 401, b""), "server_error"),
        (failed("chat", 404, b""), "server_error"),
        (failed("anthropic", 429, anthropic("rate_limit_error")), "rate_limit_exceeded"),
        (failed("chat", 429, openai(code="insufficient_quota")), "insufficient_quota"),
        (failed("chat", 429, openai(code="something")), "rate_limit_exceeded"),
        (failed("anthropic", 529, anthropic("overloaded_error")), "server_error"),
        (timed_out("idle"), "server_error"),
        (disconnected(), "server_error"),
    ],
)
def test_a_failed_response_has_a_code_that_its_clients_know(error: Error, code: str) -> None:
    """`response.error.code` is one of a list."""
    assert response_code(error) == code

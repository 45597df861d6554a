"""Answers of the server itself, in the shape of OpenAI's errors, so that every SDK shows what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.jsonvalue import compact

if TYPE_CHECKING:
    from harness.cassettes.exchange import Headers
    from harness.io.server.responder import Responder
    from harness.jsonvalue import JsonValue


def error_body(message: str, kind: str, code: str | None = None, param: str | None = None) -> bytes:
    """`{"error": {"message", "type", "param", "code"}}`, as OpenAI documents it."""
    return compact({"error": {"message": message, "type": kind, "param": param, "code": code}}).encode()


def answer_error(
    responder: Responder,
    status: int,
    message: str,
    kind: str,
    *,
    code: str | None = None,
    headers: Headers = (),
) -> None:
    """Answer with an error that no SDK retries: `x-should-retry` is OpenAI's and Anthropic's own field."""
    body = error_body(message, kind, code)
    fields = (
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("x-should-retry", "false"),
        *headers,
    )
    responder.answer(status, "", fields, body)


def answer_json(responder: Responder, value: JsonValue, status: int = 200) -> None:
    """Answer with JSON."""
    body = compact(value).encode() + b"\n"
    fields = (("content-type", "application/json"), ("content-length", str(len(body))))
    responder.answer(status, "", fields, body)

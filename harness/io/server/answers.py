"""Answers of the server itself, in the shape of OpenAI's errors, so that every SDK shows what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.exchange import Chunk, Response
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from harness.cassettes.exchange import Headers
    from harness.errors import MissError
    from harness.io.server.responder import Responder
    from harness.jsonvalue import JsonValue


def error_answer(
    message: str, kind: str, *, code: str | None = None, headers: Headers = ()
) -> tuple[Headers, bytes]:
    """Fields and body of an error: `{"error": {"message", "type", "param", "code"}}`, as OpenAI documents it.

    `x-should-retry` is OpenAI's and Anthropic's own field: their SDKs try no second time, whatever the status.
    """
    body = compact({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()
    fields = (
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("x-should-retry", "false"),
        *headers,
    )
    return fields, body


def miss_answer(error: MissError) -> Response:
    """The answer to a request that no recording answers: a 404 that says why."""
    headers = (("x-harness-miss", "true"),)
    fields, body = error_answer(str(error), "harness_error", code=error.code, headers=headers)
    return Response(404, fields, (Chunk(0, body),), reason="Not Found")


def answer_error(
    responder: Responder, status: int, message: str, kind: str, *, code: str | None = None
) -> None:
    """Answer with an error that no SDK retries."""
    fields, body = error_answer(message, kind, code=code)
    responder.answer(status, "", fields, body)


def answer_json(responder: Responder, value: JsonValue, status: int = 200) -> None:
    """Answer with JSON."""
    body = compact(value).encode() + b"\n"
    fields = (("content-type", "application/json"), ("content-length", str(len(body))))
    responder.answer(status, "", fields, body)

"""What a fault must know of the four dialects: which one a request asks for, how an error looks, what ends a
stream.

Only what can be told from a path and from one event is here.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from harness import jsonvalue
from harness.faults.wire import payload

if TYPE_CHECKING:
    from harness.jsonvalue import JsonValue

Dialect: TypeAlias = Literal["chat", "responses", "anthropic", "gemini"]

SIGN = "(a fault made by llm-stream-harness)"

_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_GEMINI = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_OPENAI: dict[int, tuple[str, str | None]] = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "permission_denied"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}
_TERMINAL_RESPONSES = {"response.completed", "response.failed", "response.incomplete"}
_TERMINAL_MARKS = (b"finish_reason", b"finishReason", b"message_stop", b"response.")


def dialect_of(url: str) -> Dialect:
    """The dialect that a request's path asks for; an unknown path counts as Chat Completions."""
    path = urlsplit(url).path.rstrip("/")
    if path.endswith(("/messages", ":rawPredict", ":streamRawPredict")):
        return "anthropic"
    if path.endswith((":generateContent", ":streamGenerateContent")):
        return "gemini"
    return "responses" if path.endswith("/responses") or "/responses/" in path else "chat"


def reason_of(status: int) -> str:
    """The reason phrase of a status; Anthropic's 529 is registered nowhere."""
    if status == 529:
        return "Overloaded"
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def error_body(dialect: Dialect, status: int, message: str) -> dict[str, JsonValue]:
    """An error as the providers shape it: OpenAI's and Anthropic's API references, and Google's AIP-193."""
    text = f"{message} {SIGN}"
    if dialect == "anthropic":
        kind = _ANTHROPIC.get(status, "api_error" if status >= 500 else "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": text}}
    if dialect == "gemini":
        return {"error": {"code": status, "message": text, "status": _GEMINI.get(status, "UNKNOWN")}}
    default = ("server_error", None) if status >= 500 else ("invalid_request_error", None)
    openai_kind, code = _OPENAI.get(status, default)
    return {"error": {"message": text, "type": openai_kind, "param": None, "code": code}}


def is_terminal(block: bytes) -> bool:
    """Whether an event says that generation is over.

    Chat Completions: a chunk with a finish reason. Responses: completed, failed or incomplete. Anthropic:
    message_stop. Gemini: a chunk whose candidate has a finishReason.
    """
    if not any(mark in block for mark in _TERMINAL_MARKS):
        return False
    _, value = jsonvalue.try_parse(payload(block))
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if kind == "message_stop" or (isinstance(kind, str) and kind in _TERMINAL_RESPONSES):
        return True
    return _some(value.get("choices"), "finish_reason") or _some(value.get("candidates"), "finishReason")


def is_gemini(block: bytes) -> bool:
    """Whether an event is a Gemini chunk, of which several may have a finish reason; the last counts."""
    _, value = jsonvalue.try_parse(payload(block))
    return isinstance(value, dict) and "candidates" in value


def _some(entries: JsonValue, key: str) -> bool:
    return isinstance(entries, list) and any(isinstance(entry, dict) and entry.get(key) for entry in entries)

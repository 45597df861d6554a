"""How each dialect words an error, as its provider does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect

_OPENAI: Final = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
    503: ("server_error", None),
}
"""OpenAI's type and code by HTTP status, as recorded."""

_GOOGLE: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
"""The names of google.rpc.Code by HTTP status."""

_ANTHROPIC: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
}
"""Anthropic's error types by HTTP status."""


def refusal_body(dialect: UpstreamDialect, status: int, message: str) -> dict[str, Any]:
    """The body of an answer with an error status."""
    match dialect:
        case "gemini":
            return {"error": {"code": status, "message": message, "status": _GOOGLE.get(status, "UNKNOWN")}}
        case "anthropic":
            kind = _ANTHROPIC.get(status, "api_error")
            return {
                "type": "error",
                "error": {"type": kind, "message": message},
                "request_id": "req_scenario",
            }
        case _:
            kind, code = _OPENAI.get(status, ("server_error", None))
            return {"error": {"message": message, "type": kind, "param": None, "code": code}}

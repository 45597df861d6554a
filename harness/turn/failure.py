"""What an error says, in the several shapes that providers and gateways give it."""

from __future__ import annotations

from typing import Any

from harness.turn.turn import Failure


def failure_of(error: Any, *, status: int | None = None) -> Failure:
    """Read an error object.

    Args:
        error: `{"message", "type", "code"}` (OpenAI), `{"type", "message"}` (Anthropic), `{"code", "status",
            "message"}` (Gemini), one of these under `error`, a plain text, or anything at all.
        status: The HTTP status of the answer, where it was nothing but this error.
    """
    if isinstance(error, list) and len(error) == 1:  # Gemini without alt=sse answers with an array
        error = error[0]
    if isinstance(error, dict) and isinstance(error.get("error"), dict | str):
        error = error["error"]
    if isinstance(error, str):
        return Failure(status=status, message=error)
    if not isinstance(error, dict):
        return Failure(status=status)
    kind, code, canonical = error.get("type"), error.get("code"), error.get("status")
    if isinstance(canonical, str):
        code = canonical
    elif code is None and isinstance(kind, str):
        code = kind
    message = error.get("message")
    return Failure(
        status=status,
        code=str(code) if code is not None else None,
        type=kind if isinstance(kind, str) else None,
        message=message if isinstance(message, str) else None,
    )

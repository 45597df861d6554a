"""Errors inside a stream; a stand-in until `harness.translation.failures` is there."""

from __future__ import annotations

from typing import Any

from harness.turn.increments import Error

try:
    from harness.translation.failures import error_of
except ImportError:  # pragma: no cover

    def error_of(dialect: str, error: Any, src: int) -> Error:
        """The error, as far as it can be read."""
        del dialect
        error = error if isinstance(error, dict) else {"message": error}
        message = error.get("message")
        code = error.get("code")
        return Error(
            src=src,
            status=502,
            code=code if isinstance(code, str) else None,
            message=message if isinstance(message, str) and message else "the upstream failed",
        )

"""Why a candidate of Gemini ended, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.gemini.grammar import REASONS
from harness.turn.increments import Error, Finish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.session import Session
    from harness.turn.increments import FinishReason

_FINISHES: Final[Mapping[str, FinishReason]] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "LANGUAGE": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
_MALFORMED: Final = frozenset(
    {
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
    }
)  # fmt: skip


def reason_of(value: object) -> str | None:
    """A finish reason by its name; it comes as a number where the request has `enum-encoding=int`."""
    if type(value) is int:
        return REASONS[value] if 0 <= value < len(REASONS) else str(value)[:20]
    return value if isinstance(value, str) and value else None


def finish_of(
    native: str, message: str | None, session: Session, *, choice: int, src: int, raw: Mapping[str, Any]
) -> Finish | Error:
    """What a finish reason means: an end; or, where the model wrote something that is no call, an error."""
    reason = _FINISHES.get(native)
    if native in _MALFORMED:
        if not session.manner.lenient:
            said = f"the upstream says that the model's answer was malformed ({native})"
            return Error(
                src=src,
                choice=choice,
                status=502,
                code="upstream_malformed",
                message=f"{said}: {message}" if message else said,
                native=native,
            )
        session.lose_at("L222", src, native)
    elif native.startswith("IMAGE_"):
        reason = "content_filter"
    elif reason is None:
        session.lose_at("L223", src, native[:64])
    return Finish(src=src, choice=choice, reason=reason or "stop", native=native, dialect="gemini", raw=raw)

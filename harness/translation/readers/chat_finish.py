"""Why a Chat Completions answer ended, in OpenAI's words and those of other servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.turn.increments import Error, Finish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.session import Session
    from harness.turn.increments import FinishReason

_REASONS: Final[Mapping[str, FinishReason]] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "complete": "stop",
    "completed": "stop",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",
    "compaction": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
    "sensitive": "content_filter",
    "refusal": "content_filter",
}
"""OpenAI's words, and those that servers pass on from models of Anthropic, Google, Mistral, Together and Z.ai."""

_GOES_ON: Final = frozenset({"pause_turn", "compaction"})
_MALFORMED: Final = frozenset(
    {
        "malformed_function_call",
        "malformed_response",
        "unexpected_tool_call",
        "too_many_tool_calls",
        "missing_thought_signature",
    }
)
_FAILED: Final = frozenset({"error", "network_error", "abort", "aborted", "cancelled", "canceled", "timeout"})


def finish_of(
    native: str, session: Session, *, choice: int, src: int, raw: Mapping[str, Any]
) -> Finish | Error:
    """What a finish reason means: an end, or, where a server puts it so, an error.

    Args:
        native: The reason as sent, not empty.
        session: The exchange, for losses.
        choice: Number of the answer.
        src: Index of the event.
        raw: What the dialect says besides.
    """
    word = native.lower()
    reason = _REASONS.get(word)
    if word in _FAILED:
        return Error(
            src=src,
            choice=choice,
            status=502,
            code="upstream_incomplete",
            message="the upstream says that its answer ended with an error",
            native=native,
        )
    if word in _MALFORMED:
        if not session.manner.lenient:
            return Error(
                src=src,
                choice=choice,
                status=502,
                code="upstream_malformed",
                message="the upstream says that the model wrote a malformed call",
                native=native,
            )
        session.lose_at("L222", src, native[:64])
    elif word in _GOES_ON:
        session.lose_at("L221", src, native[:64])
    elif reason is None:
        session.lose_at("L223", src, native[:64])
    return Finish(src=src, choice=choice, reason=reason or "stop", native=native, dialect="chat", raw=raw)

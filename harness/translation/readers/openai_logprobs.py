"""Log probabilities of tokens, which Chat Completions and Responses send in the same shape."""

from __future__ import annotations

from typing import Any


def log_probabilities(value: object) -> list[Any] | None:
    """A list of tokens as Chat has them; None where there are none.

    Entries that are not what the schemas say are left out, and members that some servers leave out are filled in
    (`bytes` null, `top_logprobs` empty), so that whoever writes them need not look at them again.
    """
    if not isinstance(value, list) or not value:
        return None
    if all(_is_whole(one) for one in value):
        return value
    return [whole for one in value if (whole := _mended(one)) is not None] or None


def _is_whole(one: object) -> bool:
    """Whether an entry has everything, rightly typed."""
    if not (isinstance(one, dict) and _is_token(one) and _is_bytes(one.get("bytes", 0))):
        return False
    others = one.get("top_logprobs")
    return isinstance(others, list) and all(
        isinstance(other, dict) and _is_token(other) and _is_bytes(other.get("bytes", 0)) for other in others
    )


def _is_token(one: dict[str, Any]) -> bool:
    return isinstance(one.get("token"), str) and type(one.get("logprob")) in {int, float}


def _is_bytes(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(type(one) is int and 0 <= one < 256 for one in value)
    )


def _mended(one: object) -> dict[str, Any] | None:
    whole = _mended_token(one)
    if whole is not None and isinstance(one, dict):
        others = one.get("top_logprobs")
        given = [_mended_token(other) for other in others] if isinstance(others, list) else []
        whole["top_logprobs"] = [other for other in given if other is not None]
    return whole


def _mended_token(one: object) -> dict[str, Any] | None:
    if not isinstance(one, dict) or not _is_token(one):
        return None
    raw = one.get("bytes")
    return {"token": one["token"], "logprob": one["logprob"], "bytes": raw if _is_bytes(raw) else None}

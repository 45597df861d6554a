"""Where an object of a Chat Completions stream, or a whole answer, tells of an error."""

from __future__ import annotations

from typing import Any


def error_in(payload: dict[str, Any]) -> Any:
    """The error that an object tells of, in the forms of several servers; None where it tells of none."""
    error = payload.get("error")
    if error is not None:
        return error
    choices = payload.get("choices")
    if isinstance(choices, list) and choices:
        for one in choices:  # OpenRouter
            if isinstance(one, dict) and one.get("error") is not None:
                return one["error"]
        return None
    if payload.get("object") == "error":  # vLLM
        return payload
    state = payload.get("base_resp")  # MiniMax
    if isinstance(state, dict) and state.get("status_code"):
        return {"code": state["status_code"], "message": state.get("status_msg")}
    return None

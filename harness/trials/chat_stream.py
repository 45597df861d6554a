"""Chunks of Chat Completions as OpenAI sends them: what the trials of that dialect are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.trials.material import CREATED, INPUT_TOKENS, OUTPUT_TOKENS, TEXT, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FRAME: Final[dict[str, Any]] = {
    "id": "chatcmpl-trial",
    "object": "chat.completion.chunk",
    "created": CREATED,
    "model": "trial-1",
    "service_tier": "default",
    "system_fingerprint": "fp_trial",
}
USAGE: Final[dict[str, Any]] = {
    "prompt_tokens": INPUT_TOKENS,
    "completion_tokens": OUTPUT_TOKENS,
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}


def chunk(delta: dict[str, Any], finish: str | None = None, **members: Any) -> dict[str, Any]:
    """A chunk of the one choice; `members` are added to the choice."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, **members}
    return {**FRAME, "choices": [choice], "usage": None}


def opening(content: str | None = "") -> dict[str, Any]:
    """The first chunk: the role."""
    return chunk({"role": "assistant", "content": content, "refusal": None})


def said(text: str = TEXT, size: int = 4) -> list[dict[str, Any]]:
    """The chunks of a text."""
    return [chunk({"content": piece}) for piece in pieces(text, size)]


def usage_chunk() -> dict[str, Any]:
    """The chunk with the usage."""
    return {**FRAME, "choices": [], "usage": USAGE}


def ending(finish: str = "stop") -> list[dict[str, Any]]:
    """The end, and the usage."""
    return [chunk({}, finish), usage_chunk()]


def plain(text: str = TEXT, finish: str = "stop") -> list[dict[str, Any]]:
    """An ordinary answer."""
    return [opening(), *said(text), *ending(finish)]


def call_head(index: int, call_id: str, name: str, arguments: str = "") -> dict[str, Any]:
    """The first fragment of a call."""
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": call_id, "type": "function", "function": function}


def call_piece(index: int, arguments: str, **members: Any) -> dict[str, Any]:
    """A later fragment of a call."""
    return {"index": index, **members, "function": {"arguments": arguments}}


def called(*fragments: dict[str, Any]) -> list[dict[str, Any]]:
    """A chunk for each fragment."""
    return [chunk({"tool_calls": [one]}) for one in fragments]


def whole_call(index: int, call: Sequence[str], size: int = 5) -> list[dict[str, Any]]:
    """The chunks of one call, by its id, name and arguments."""
    call_id, name, arguments = call
    rest = [call_piece(index, one) for one in pieces(arguments, size)]
    return called(call_head(index, call_id, name), *rest)


def calling(chunks: Iterable[dict[str, Any]], finish: str = "tool_calls") -> list[dict[str, Any]]:
    """An answer of calls alone."""
    return [opening(None), *chunks, *ending(finish)]

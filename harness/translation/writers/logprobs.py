"""Log probabilities of tokens, which both of OpenAI's dialects have in the same words."""

from __future__ import annotations

from typing import Any


def complete(entries: list[Any]) -> list[dict[str, Any]]:
    """Entries with every member that OpenAI's have: `token`, `logprob`, `bytes` and `top_logprobs`.

    The bytes of a token are those of its text where the upstream does not say them (vLLM, llama.cpp). What is no entry
    at all is left out.
    """
    return [
        {**_entry(one), "top_logprobs": [_entry(other) for other in _alternatives(one)]}
        for one in entries
        if _is_entry(one)
    ]


def _alternatives(entry: dict[str, Any]) -> list[dict[str, Any]]:
    others = entry.get("top_logprobs")
    return [one for one in others if _is_entry(one)] if isinstance(others, list) else []


def _is_entry(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("token"), str):
        return False
    probability = value.get("logprob")
    return isinstance(probability, int | float) and not isinstance(probability, bool)


def _entry(value: dict[str, Any]) -> dict[str, Any]:
    octets = value.get("bytes")
    if not isinstance(octets, list):
        octets = list(value["token"].encode("utf-8", "replace"))
    return {"token": value["token"], "logprob": value["logprob"], "bytes": octets}

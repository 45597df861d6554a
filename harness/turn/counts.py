"""Tokens as OpenAI's two dialects and their imitators report them, in neutral words."""

from __future__ import annotations

from typing import Any

from harness.dialects.members import integer, mapping
from harness.turn.turn import Usage


def chat_counts(usage: object) -> Usage | None:
    """The usage object of Chat Completions; None where it is no object.

    Beside OpenAI's members it knows DeepSeek's (`prompt_cache_hit_tokens`), Moonshot's (`cached_tokens`) and those
    that proxies pass on from Anthropic (`cache_read_input_tokens`, `cache_creation_input_tokens`), each only where
    OpenAI's own is absent.
    """
    if not isinstance(usage, dict):
        return None
    prompt = mapping(usage.get("prompt_tokens_details"))
    completion = mapping(usage.get("completion_tokens_details"))
    given, total = _count(usage, "prompt_tokens"), _count(usage, "total_tokens")
    reasoning = _first((completion, "reasoning_tokens"), (usage, "reasoning_tokens"))
    made = _count(usage, "completion_tokens")
    return Usage(
        input=given,
        cached=_first(
            (prompt, "cached_tokens"),
            (usage, "prompt_cache_hit_tokens"),
            (usage, "cached_tokens"),
            (usage, "cache_read_input_tokens"),
        ),
        cache_write=_first((prompt, "cache_write_tokens"), (usage, "cache_creation_input_tokens")),
        output=_generated(given=given, made=made, reasoning=reasoning, total=total),
        reasoning=reasoning,
        total=total,
    )


def responses_counts(usage: object) -> Usage | None:
    """The usage object of the Responses API; None where it is no object."""
    if not isinstance(usage, dict):
        return None
    given = mapping(usage.get("input_tokens_details"))
    made = mapping(usage.get("output_tokens_details"))
    return Usage(
        input=_count(usage, "input_tokens"),
        cached=_count(given, "cached_tokens"),
        cache_write=_count(given, "cache_write_tokens"),
        output=_count(usage, "output_tokens"),
        reasoning=_count(made, "reasoning_tokens"),
        total=_count(usage, "total_tokens"),
    )


def _generated(
    *, given: int | None, made: int | None, reasoning: int | None, total: int | None
) -> int | None:
    """The whole output of a model, thought included.

    OpenAI's `completion_tokens` includes reasoning. xAI's does not, and only the total shows it: 12 and 1 and 290 of
    reasoning make 303 (recorded from xAI). Where the total does not prove it, the count is taken at its word.
    """
    if given is None or made is None or not reasoning or total is None:
        return made
    return made + reasoning if given + made + reasoning == total else made


def _first(*places: tuple[dict[str, Any], str]) -> int | None:
    return next((value for body, member in places if (value := _count(body, member)) is not None), None)


def _count(body: dict[str, Any], member: str) -> int | None:
    """A number of tokens; one below 0 says nothing."""
    value = integer(body, member)
    return value if value is not None and value >= 0 else None

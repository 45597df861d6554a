"""Tokens as the dialects and their imitators report them, in neutral words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.members import integer, mapping
from harness.turn.turn import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def gemini_counts(usage: Mapping[str, Any]) -> Usage | None:
    """Gemini's `usageMetadata`; None where nothing is counted.

    `candidatesTokenCount` leaves thought out, unless the total shows that it does not; what is 0 is not sent.
    """
    prompt, total = integer(usage, "promptTokenCount"), integer(usage, "totalTokenCount")
    if prompt is None and total is None:
        return None
    told = (prompt or 0) + (integer(usage, "toolUsePromptTokenCount") or 0)
    said, thought = integer(usage, "candidatesTokenCount") or 0, integer(usage, "thoughtsTokenCount")
    includes_thought = bool(thought) and total == told + said
    output = said if includes_thought else said + (thought or 0)
    return Usage(
        input=told,
        cached=integer(usage, "cachedContentTokenCount"),
        output=output,
        reasoning=thought,
        total=total if total is not None else told + output,
    )


def anthropic_counts(usage: Mapping[str, Any]) -> Usage | None:
    """The usage object of Anthropic; None where nothing is counted.

    `input_tokens` are only those that were fresh: what came from a cache and what went into one is counted apart, and
    all three are the prompt (Anthropic, "Prompt caching").
    """
    fresh, output = integer(usage, "input_tokens"), integer(usage, "output_tokens")
    if fresh is None and output is None:
        return None
    cached, written = integer(usage, "cache_read_input_tokens"), integer(usage, "cache_creation_input_tokens")
    prompt = fresh + (cached or 0) + (written or 0) if fresh is not None else None
    return Usage(
        input=prompt,
        cached=cached,
        cache_write=written,
        output=output,
        reasoning=integer(mapping(usage.get("output_tokens_details")), "thinking_tokens"),
        total=prompt + output if prompt is not None and output is not None else None,
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

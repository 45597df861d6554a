"""Tokens as OpenAI's two dialects and their imitators report them, in neutral words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.turn.generated import generated
from harness.turn.increments import Usage
from harness.turn.turn import Usage as Counts

if TYPE_CHECKING:
    from collections.abc import Mapping


def chat_usage(usage: object, src: int) -> Usage | None:
    """The usage object of Chat Completions; None where it counts nothing.

    Beside OpenAI's members it knows DeepSeek's (`prompt_cache_hit_tokens`), Moonshot's (`cached_tokens`) and those
    that proxies pass on from Anthropic (`cache_read_input_tokens`, `cache_creation_input_tokens`), each only where
    OpenAI's own is absent.
    """
    if not isinstance(usage, dict):
        return None
    prompt = _object(usage, "prompt_tokens_details")
    completion = _object(usage, "completion_tokens_details")
    given, total = _count(usage, "prompt_tokens"), _count(usage, "total_tokens")
    reasoning = _first((completion, "reasoning_tokens"), (usage, "reasoning_tokens"))
    made = _count(usage, "completion_tokens")
    counts = Counts(
        input=given,
        cached=_first(
            (prompt, "cached_tokens"),
            (usage, "prompt_cache_hit_tokens"),
            (usage, "cached_tokens"),
            (usage, "cache_read_input_tokens"),
        ),
        cache_write=_first((prompt, "cache_write_tokens"), (usage, "cache_creation_input_tokens")),
        output=generated(given=given, made=made, reasoning=reasoning, total=total),
        reasoning=reasoning,
        total=total,
    )
    return _reported(counts, "chat", usage, src)


def responses_usage(usage: object, src: int) -> Usage | None:
    """The usage object of the Responses API; None where it counts nothing."""
    if not isinstance(usage, dict):
        return None
    given = _object(usage, "input_tokens_details")
    made = _object(usage, "output_tokens_details")
    counts = Counts(
        input=_count(usage, "input_tokens"),
        cached=_count(given, "cached_tokens"),
        cache_write=_count(given, "cache_write_tokens"),
        output=_count(usage, "output_tokens"),
        reasoning=_count(made, "reasoning_tokens"),
        total=_count(usage, "total_tokens"),
    )
    return _reported(counts, "responses", usage, src)


def _reported(counts: Counts, dialect: str, raw: dict[str, Any], src: int) -> Usage | None:
    """The increment; an object of nulls reports nothing, and must not displace an earlier one."""
    if counts.input is None and counts.output is None and counts.total is None:
        return None
    return Usage(src=src, counts=counts, dialect=dialect, raw=raw)


def _first(*places: tuple[Mapping[str, Any], str]) -> int | None:
    return next((value for body, member in places if (value := _count(body, member)) is not None), None)


def _count(body: Mapping[str, Any], member: str) -> int | None:
    value = body.get(member)
    return value if type(value) is int and value >= 0 else None


def _object(body: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = body.get(member)
    return value if isinstance(value, dict) else {}

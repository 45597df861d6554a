"""What the sums of a usage must satisfy, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOTALS = ("prompt_tokens", "completion_tokens", "total_tokens")

_PARTS = (
    ("prompt_tokens", "prompt_tokens_details", "cached_tokens"),
    ("completion_tokens", "completion_tokens_details", "reasoning_tokens"),
)


class Miscount(NamedTuple):
    """One sum that is wrong.

    Args:
        field: Which count, as a pointer below the usage.
        message: What is wrong, in one sentence.
        expected: What it should be.
        found: What it is.
    """

    field: str
    message: str
    expected: str
    found: str


def negative(usage: Mapping[str, Any]) -> Iterator[Miscount]:
    """Counts below zero."""
    for name in TOTALS:
        if isinstance(count := usage.get(name), int) and count < 0:
            yield Miscount(name, f"`{name}` is {count}.", "0 or more", str(count))


def total(usage: Mapping[str, Any]) -> Iterator[Miscount]:
    """A total that is not the sum."""
    counts = [count for name in TOTALS if isinstance(count := usage.get(name), int)]
    if len(counts) < len(TOTALS):
        return
    prompt, completion, given = counts
    if prompt + completion != given:
        message = f"{_tokens(prompt, 'prompt')} and {_tokens(completion, 'completion')} make {prompt + completion}, not {given}"
        if _is_beside(usage):
            message += (
                f": the {given - prompt - completion} reasoning tokens are counted beside the completion"
            )
        message += "."
        yield Miscount("total_tokens", message, str(prompt + completion), str(given))


def parts(usage: Mapping[str, Any]) -> Iterator[Miscount]:
    """A part that is larger than what it is a part of.

    Where reasoning is counted beside the completion, the total shows it, and `total` says so: that is one fault.
    """
    for whole, details, part in _PARTS:
        holder = usage.get(details)
        count, limit = holder.get(part) if isinstance(holder, dict) else None, usage.get(whole)
        if isinstance(count, int) and isinstance(limit, int) and count > limit:
            if part == "reasoning_tokens" and _is_beside(usage):
                continue
            message = f"`{part}` is {count}, more than `{whole}`, which is {limit}."
            yield Miscount(f"{details}/{part}", message, f"{limit} or fewer", str(count))


def _tokens(count: int, kind: str) -> str:
    return f"{count} {kind} {'token' if count == 1 else 'tokens'}"


def _is_beside(usage: Mapping[str, Any]) -> bool:
    """Whether the total is the sum only with the reasoning tokens added to the completion's."""
    details = usage.get("completion_tokens_details")
    reasoning = details.get("reasoning_tokens") if isinstance(details, dict) else None
    counts = [count for name in TOTALS if isinstance(count := usage.get(name), int)]
    if not isinstance(reasoning, int) or len(counts) < len(TOTALS):
        return False
    prompt, completion, given = counts
    return reasoning > 0 and prompt + completion + reasoning == given

"""Token counts as Chat and Responses have them (4.9 of the mapping: unknown is not 0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.members import mapping
from harness.translation.writers.blocks import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.translation.session import Session
    from harness.turn.increments import Usage
    from harness.turn.turn import Usage as Counts

_AT: Final = "answer"
"""Counts are of the whole answer, whichever event brought them."""


def chat_usage(one: Usage, session: Session) -> dict[str, Any] | None:
    """`usage` of a chunk or completion; None where nothing in it says what was counted."""
    totals = _totals(one.counts, session)
    if totals is None:
        return None
    given, made, total = totals
    if one.dialect == "chat" and one.raw:
        # All that a Chat upstream says is carried; only what the dialect requires may have to be added.
        return _filled(
            kept(one.raw, session), {"prompt_tokens": given, "completion_tokens": made, "total_tokens": total}
        )
    counts = one.counts
    prompt = {"cached_tokens": counts.cached, "cache_write_tokens": counts.cache_write}
    usage: dict[str, Any] = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": total}
    prompt_details = {name: value for name, value in prompt.items() if value is not None}
    if prompt_details:
        usage["prompt_tokens_details"] = prompt_details
    if counts.reasoning is not None:
        usage["completion_tokens_details"] = {"reasoning_tokens": counts.reasoning}
    _report_left(one, session)
    return usage


def responses_usage(one: Usage, session: Session) -> dict[str, Any] | None:
    """`usage` of a response; None where nothing in it says what was counted."""
    totals = _totals(one.counts, session)
    if totals is None:
        return None
    given, made, total = totals
    counts = one.counts
    details = {
        "input_tokens_details": {"cache_write_tokens": counts.cache_write, "cached_tokens": counts.cached},
        "output_tokens_details": {"reasoning_tokens": counts.reasoning},
    }
    if one.dialect == "responses" and one.raw:
        usage = _filled(
            kept(one.raw, session), {"input_tokens": given, "output_tokens": made, "total_tokens": total}
        )
        for name, required in (
            ("input_tokens_details", "cached_tokens"),
            ("output_tokens_details", "reasoning_tokens"),
        ):
            if not _is_count(mapping(usage.get(name)).get(required)):
                session.lose("L241", _AT, required)
                usage[name] = {**mapping(usage.get(name)), required: 0}
        return usage
    missing = [name for members in details.values() for name, value in members.items() if value is None]
    if missing:
        session.lose("L241", _AT, ", ".join(missing))
    for members in details.values():
        members.update({name: 0 for name, value in members.items() if value is None})
    _report_left(one, session)
    return {
        "input_tokens": given,
        "input_tokens_details": details["input_tokens_details"],
        "output_tokens": made,
        "output_tokens_details": details["output_tokens_details"],
        "total_tokens": total,
    }


def _totals(counts: Counts, session: Session) -> tuple[int, int, int] | None:
    """Input, output and total; what is missing of three follows from the others, and is 0 where it does not."""
    given, made, total = (_count(one) for one in (counts.input, counts.output, counts.total))
    if given is None and made is None:
        session.lose("L240", _AT)
        return None
    if given is None or made is None:
        session.lose("L241", _AT, "input or output")
        rest = max((total or 0) - (given or made or 0), 0)
        given, made = (rest, made or 0) if given is None else (given, rest)
    return given, made, given + made if total is None else total


def _filled(raw: Mapping[str, Any], required: dict[str, int]) -> dict[str, Any]:
    usage = dict(raw)
    for name, value in required.items():
        if not _is_count(usage.get(name)):
            usage[name] = value
    return usage


def _count(value: int | None) -> int | None:
    return value if value is not None and value >= 0 else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_CARRIED: Final = frozenset({
    "prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "cached_tokens",
    "cache_write_tokens", "reasoning_tokens",
    "cache_read_input_tokens", "cache_creation_input_tokens", "thinking_tokens",
    "promptTokenCount", "candidatesTokenCount", "totalTokenCount", "thoughtsTokenCount",
    "cachedContentTokenCount", "toolUsePromptTokenCount",
})  # fmt: skip
"""Names of counts that the neutral words hold, in any dialect."""


def _report_left(one: Usage, session: Session) -> None:
    left = sorted(set(_uncarried(one.raw)))
    if left:
        session.lose("L242", _AT, ", ".join(left[:8]))


def _uncarried(raw: Mapping[str, Any]) -> Iterator[str]:
    """Names of what a usage object says beyond the neutral words; what is null, 0 or empty says nothing."""
    for name, value in raw.items():
        if name in _CARRIED or not value:
            continue
        if isinstance(value, dict):
            for inner, count in value.items():
                if inner not in _CARRIED and count:
                    yield f"{name}.{inner}"
        else:
            yield name

"""Tokens as OpenAI's two dialects and their imitators report them, as increments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.turn.counts import chat_counts, responses_counts
from harness.turn.increments import Usage

if TYPE_CHECKING:
    from harness.turn.turn import Usage as Counts


def chat_usage(usage: object, src: int) -> Usage | None:
    """The usage object of Chat Completions; None where it counts nothing."""
    return _reported(chat_counts(usage), "chat", usage, src)


def responses_usage(usage: object, src: int) -> Usage | None:
    """The usage object of the Responses API; None where it counts nothing."""
    return _reported(responses_counts(usage), "responses", usage, src)


def _reported(counts: Counts | None, dialect: str, raw: Any, src: int) -> Usage | None:
    """The increment; an object of nulls reports nothing, and must not displace an earlier one."""
    if counts is None or (counts.input is None and counts.output is None and counts.total is None):
        return None
    return Usage(src=src, counts=counts, dialect=dialect, raw=raw)

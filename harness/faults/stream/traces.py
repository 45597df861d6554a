"""Which changes of single events leave no trace: the stream is as legal as it was."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from harness.faults.chat.chunk import THOUGHTS, choices, delta, is_chunk, usage
from harness.faults.event import Event
from harness.faults.wire import blocks_of, data_spans

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.wire import Block

_WORDS = {"content", "refusal", *THOUGHTS}


def traceless(exchange: Exchange, target: int | None, count: int = 1) -> str | None:
    """Why nobody can tell that events are lost, repeated or exchanged; None where somebody can.

    Chat Completions does not count its chunks, and does not say again at the end what the text was.

    Args:
        exchange: What was recorded.
        target: The number of the first of the events.
        count: How many follow each other.
    """
    if exchange.response is None or target is None:
        return None
    found = list(islice(blocks_of(exchange.response.chunks), target, target + count))
    if all(_only_text(block) for block in found):
        return "the events hold nothing but text of Chat Completions, which nobody counts"
    if any(not data_spans(block.data) for block in found):
        return "an event of them is a comment"
    return None


def _only_text(block: Block) -> bool:
    value = Event(block).value
    return (
        is_chunk(value)
        and bool(choices(value))
        and not usage(value)
        and not any(choice.get("finish_reason") for choice in choices(value))
        and all(delta(choice) and set(delta(choice)) <= _WORDS for choice in choices(value))
    )

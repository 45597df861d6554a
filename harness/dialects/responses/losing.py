"""What is not said after an event that could not be read: it may have been the one that is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.members import integer
from harness.dialects.responses import texts
from harness.dialects.responses.grammar import Layer

if TYPE_CHECKING:
    from harness.dialects.responses.arrival import Arrival
    from harness.dialects.responses.state import ResponsesStream
    from harness.dialects.signal import Signal

_OF_STREAM = frozenset({
    "sequence-start", "sequence-resumed", "created-not-first", "in-progress-missing", "queued-misplaced",
    "event-after-error", "item-not-announced", "item-done-without-added", "output-index-gap", "items-overlap",
})  # fmt: skip
_LAYERS = (Layer.PART, Layer.SUMMARY, Layer.COMMAND, Layer.OUTPUT)
_OF_ITEM = frozenset({
    *(f"{layer}-{what}" for layer in _LAYERS for what in (
        "not-added", "index-changed", "index-gap", "text-not-done", "without-deltas", "left-open", "count",
    )),
    *(f"{name}-{what}" for name in ("arguments", "input", "code", "diff") for what in (
        "not-done", "silent", "without-deltas",
    )),
    "annotation-index-gap", "step-out-of-order", "steps-unfinished", "item-left-open",
})  # fmt: skip


def lose(stream: ResponsesStream) -> None:
    """An event could not be read: adopt the next number, and mark everything that it may have been for."""
    stream.incomplete = True
    stream.next_sequence = None
    stream.unnumbered += stream.first_sequence is None
    for item in stream.order:
        if item.closed is None:
            item.told.add("event-lost")
            texts.lose(item)


def believable(stream: ResponsesStream, now: Arrival) -> list[Signal]:
    """Of the signals of an event, those that do not follow from an event that was lost before."""
    index = integer(now.body, "output_index")
    item = stream.items.get(index) if index is not None else None
    touched = item is None or _lost(item)
    return [
        one
        for one in now.signals
        if one.kind not in _OF_STREAM and not (one.kind in _OF_ITEM and (touched or _lost(one.about)))
    ]


def _lost(about: object) -> bool:
    return "event-lost" in getattr(about, "told", ())

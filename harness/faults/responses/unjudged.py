"""Which Responses streams leave a change unseen, because what would contradict it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.faults.event import Event
from harness.faults.mutation import number_of
from harness.faults.responses.items import ends_with
from harness.faults.wire import blocks_of, no_events

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


def broken_off(exchange: Exchange) -> str | None:
    """Why a failed response contradicts nothing: its items are never done, and its output may be anything."""
    if ends_with(exchange, "response.failed", "error"):
        return "the response failed: what it left open is held against nothing"
    return None


def resumed(exchange: Exchange) -> str | None:
    """Why a stream that begins in the middle contradicts nothing: it may have said it before."""
    if exchange.response is None or no_events(exchange.response):
        return None
    numbers = (number_of(Event(block)) for block in blocks_of(exchange.response.chunks))
    first = next((number for number in numbers if number is not None), 0)
    return "the stream was resumed: what came before is not known" if first > 0 else None

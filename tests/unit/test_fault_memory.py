"""Faults on bodies that are much larger than what may be held."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.faults.registry import parse_fault
from harness.faults.wire import LazyChunks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.thorough

CHUNKS = 256
EVENTS_A_CHUNK = 64
EVENT = b'data: {"text":"' + b"x" * 480 + b'"}\n\n'


def _chunks() -> Iterator[Chunk]:
    for number in range(CHUNKS):
        yield Chunk(number, EVENT * EVENTS_A_CHUNK)


@pytest.mark.parametrize(
    "fault", ["cut:event=-3", "drop:-2", "corrupt@5", "omit_last_blank_line", "crlf", "slow:100000"]
)
def test_memory_does_not_grow_with_the_body(fault: str) -> None:
    """Eight megabytes go through in less than one, also where the place counts from the end."""
    head = (("content-type", "text/event-stream"),)
    recorded = Exchange(
        0, Request("GET", "/"), Response(200, head, LazyChunks(_chunks)), Ending(How.COMPLETE)
    )
    one = parse_fault(fault)
    tracemalloc.start()
    try:
        assert one.applies(recorded)
        changed = one.apply(recorded)
        assert changed.response is not None
        schedule = one.delay(changed.response.chunks, recorded)
        total = sum(len(chunk.data) for chunk in schedule)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total > 0.9 * CHUNKS * EVENTS_A_CHUNK * len(EVENT)
    assert peak < 1_000_000

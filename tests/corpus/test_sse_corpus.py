"""The decoder on every real stream of the corpus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.sse.blocks import BlockSplitter
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from pathlib import Path

    from harness.sse.event import SseEvent

pytestmark = pytest.mark.corpus

READS = (1, 7, 64, 1448, 65536)
BYTEWISE_UP_TO = 20_000


def decoded(body: bytes, size: int) -> list[SseEvent]:
    """All events of a body that comes in reads of `size` bytes."""
    decoder = Decoder()
    events = [event for at in range(0, len(body), size) for event in decoder.feed(body[at : at + size])]
    return [*events, *decoder.finish()]


def test_every_stream_has_as_many_events_as_the_index_says(corpus: Path) -> None:
    """The index counts dispatched events, `[DONE]` included; any reads give the same events and offsets."""
    rows = [json.loads(line) for line in (corpus / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = []
    for row in rows:
        body = (corpus / row["file"]).read_bytes()
        whole = decoded(body, len(body) or 1)
        wrong += [
            f"{row['file']}: reads of {size} bytes give other events"
            for size in READS
            if (size > 7 or len(body) <= BYTEWISE_UP_TO) and decoded(body, size) != whole
        ]
        found = sum(event.dispatched for event in whole)
        if found != row["events"]:
            wrong.append(f"{row['file']}: {found} events, the index says {row['events']}")

    assert len(rows) > 1000
    assert wrong == []


def test_every_stream_is_put_on_lines_and_back(corpus: Path) -> None:
    """Blocks joined are the body, and there are as many as there are blank lines to end them."""
    for path in sorted(corpus.glob("*/*/*.sse")):
        body = path.read_bytes()
        splitter = BlockSplitter(cap=1 << 26)
        blocks = [*splitter.feed(body), *splitter.finish()]

        assert b"".join(blocks) == body
        decoder = Decoder(every_block=True)
        events = [*decoder.feed(body), *decoder.finish()]
        assert [body[event.start : event.stop] for event in events] == blocks

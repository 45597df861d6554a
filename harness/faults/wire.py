"""Bodies as faults see them: chunks read lazily, and SSE blocks that remember which chunks they came in.

An event of a fault is one block as it is on the wire: the lines up to and including the blank line that ends
it, so a block that holds only a comment counts too. After an edit the blocks are joined to chunks again, so
that a chunk without a changed event comes out as it went in. A read of no bytes is left out.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Response, header
from harness.sse.blocks import BlockSplitter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BOM = b"\xef\xbb\xbf"
EVENT_LIMIT = 64 * 1024 * 1024
"""Longest event in bytes; a longer one counts as several."""

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class LazyChunks:
    """A body that is made anew each time it is iterated.

    Args:
        make: Starts one pass over the chunks.
    """

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], Iterator[Chunk]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Chunk]:
        return self._make()


class Part(NamedTuple):
    """The bytes of one block that came in one chunk; `chunk` numbers the recorded chunks from 0.

    A part with a negative number was not recorded, and becomes a chunk of its own.
    """

    chunk: int
    at_us: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """One SSE block and the parts in which it came."""

    parts: tuple[Part, ...]

    @property
    def data(self) -> bytes:
        """The block's bytes."""
        return self.parts[0].data if len(self.parts) == 1 else b"".join(part.data for part in self.parts)

    def resized(self, data: bytes) -> Block:
        """The block with other bytes, cut where it was cut; the last part takes what is longer or shorter."""
        parts = []
        start = 0
        for part in self.parts[:-1]:
            stop = start + len(part.data)
            parts.append(part._replace(data=data[start:stop]))
            start = stop
        parts.append(self.parts[-1]._replace(data=data[start:]))
        return Block(tuple(part for part in parts if part.data))

    def shortened(self, length: int) -> Block:
        """The first `length` bytes of the block, in the parts in which they came."""
        return self.resized(self.data[:length])


def inserted(data: bytes, at_us: int) -> Block:
    """A block that was not recorded, as a chunk of its own."""
    return Block((Part(-1, at_us, data),))


def blocks_of(chunks: Iterable[Chunk]) -> Iterator[Block]:
    """Split a body into its SSE blocks. Holds one block and one chunk at most."""
    splitter = BlockSplitter(cap=EVENT_LIMIT)
    waiting: deque[Part] = deque()
    start = 0

    def take(length: int) -> Block:
        # The first waiting part is used up by moving `start`: slicing off what is left would copy a big chunk
        # once for every event in it.
        nonlocal start
        parts = []
        while length:
            number, at_us, data = waiting[0]
            stop = min(len(data), start + length)
            parts.append(Part(number, at_us, data[start:stop]))
            length -= stop - start
            start = stop
            if stop == len(data):
                waiting.popleft()
                start = 0
        return Block(tuple(parts))

    for number, chunk in enumerate(chunks):
        if chunk.data:
            waiting.append(Part(number, chunk.at_us, chunk.data))
            for block in splitter.feed(chunk.data):
                yield take(len(block))
    for block in splitter.finish():
        yield take(len(block))


def joined(blocks: Iterable[Block]) -> Iterator[Chunk]:
    """Put blocks together to chunks: neighbouring parts of one recorded chunk become one chunk again."""
    parts = (part for block in blocks for part in block.parts)
    for number, same in groupby(parts, key=lambda part: part.chunk):
        if number < 0:
            yield from (Chunk(part.at_us, part.data) for part in same)
        else:
            pieces = list(same)
            yield Chunk(pieces[-1].at_us, b"".join(part.data for part in pieces))


def data_spans(block: bytes) -> list[tuple[int, int]]:
    """Where the values of a block's `data` lines start and stop; the one space after the colon is no part."""
    spans = []
    for line in _LINE.finditer(block):
        start = line.start()
        text = line[0].rstrip(b"\r\n")
        if start == 0 and text.startswith(BOM):
            text, start = text[len(BOM) :], len(BOM)
        if text.startswith(b"data:"):
            skipped = 6 if text[5:6] == b" " else 5
            spans.append((start + skipped, start + len(text)))
    return spans


def payload(block: bytes) -> bytes:
    """A block's data, its lines joined by newlines as WHATWG's parser joins them; empty where it has none."""
    return b"\n".join(block[start:stop] for start, stop in data_spans(block))


def is_done(block: bytes) -> bool:
    """Whether a block is the `[DONE]` that ends a Chat Completions stream."""
    return b"[DONE]" in block and payload(block).strip() == b"[DONE]"


def characters(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the characters of more than one byte in UTF-8 start and stop; those that `data` cuts are left
    out.
    """
    for match in _MULTIBYTE.finditer(data):
        yield match.span()


def coding(response: Response) -> str | None:
    """The content-encoding of a body that is not sent as it is."""
    value = header(response.headers, "content-encoding")
    return None if value is None or value.strip().lower() in {"", "identity"} else value


def no_text(response: Response) -> str | None:
    """Why a body's text cannot be looked into; None where it can."""
    if (value := coding(response)) is not None:
        return f"the body is compressed ({value}), so the fault can only be placed by byte or chunk"
    return None


def no_events(response: Response) -> str | None:
    """Why a body's events cannot be told apart; None where they can."""
    kind = (header(response.headers, "content-type") or "").partition(";")[0].strip().lower()
    if kind in {"application/json", "text/html"}:
        return f"the answer is {kind} and no event stream"
    return no_text(response)


def left(exchange: Exchange) -> str | None:
    """Why what comes at the end of a body is not judged: the client did not wait for it."""
    if exchange.ending.how in {How.COMPLETE, How.SERVER_CUT, How.RESET, How.TIMEOUT}:
        return None
    return "the client left before the end"


def without(headers: tuple[tuple[str, str], ...], *names: str) -> tuple[tuple[str, str], ...]:
    """The fields but for those called `names` (lower case)."""
    return tuple(one for one in headers if one[0].lower() not in names)


def changed(
    exchange: Exchange, edit: Callable[[Iterable[Chunk]], Iterator[Chunk]], *, ends: bool = False
) -> Exchange:
    """The exchange with another body, made by `edit` while it is read.

    The content-length goes, because the body may have another length. A recording whose client left after
    `[DONE]` ends as complete from now on: the stream was whole, and the client left because of bytes that the
    edit may take away.

    Args:
        exchange: What was recorded; one without a response comes back as it is.
        edit: From the recorded chunks to the new ones; called once a pass.
        ends: The new body ends properly, where it ends, whatever the recording did then.
    """
    response, ending = exchange.response, exchange.ending
    if response is None:
        return exchange
    chunks = response.chunks
    body = LazyChunks(lambda: edit(chunks))
    if ends:
        ending = Ending(How.COMPLETE, last_at(body))
    elif ending.how is How.CLIENT_CLOSE and _tail(chunks).rstrip(b"\r\n").endswith(
        (b"data: [DONE]", b"data:[DONE]")
    ):
        ending = Ending(How.COMPLETE, ending.at_us)
    headers = without(response.headers, "content-length")
    return replace(exchange, response=replace(response, chunks=body, headers=headers), ending=ending)


def with_chunks(exchange: Exchange, make: Callable[[], Iterator[Chunk]]) -> Exchange:
    """The exchange with the same bytes in other chunks."""
    if exchange.response is None:
        return exchange
    return replace(exchange, response=replace(exchange.response, chunks=LazyChunks(make)))


def last_at(chunks: Iterable[Chunk]) -> int:
    """When the last chunk came; 0 where there is none."""
    at_us = 0
    for chunk in chunks:
        at_us = chunk.at_us
    return at_us


def _tail(chunks: Iterable[Chunk]) -> bytes:
    tail = b""
    for chunk in chunks:
        tail = (tail + chunk.data)[-64:] if len(chunk.data) < 64 else chunk.data[-64:]
    return tail

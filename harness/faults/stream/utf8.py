"""Bytes and characters: a byte order mark, bytes that are no UTF-8, and characters that are not whole."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.events import EventFault
from harness.faults.fault import NO_RESPONSE, Fault, parameter, whole
from harness.faults.mutation import Edit, Mutation
from harness.faults.responses.items import prefixed, scoped
from harness.faults.wire import BOM, changed, inserted, no_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange
    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream
    from harness.faults.wire import Block

_CONTENT = re.compile(rb'"content"\s*:\s*"')


@dataclass(frozen=True, kw_only=True)
class Bom(Fault):
    """A byte order mark (EF BB BF) comes first, in the first chunk.

    Legal: WHATWG's parser skips it. openai-python loses the first event all the same.
    """

    name: ClassVar[str] = "bom"
    example: ClassVar[str] = "bom"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-BOM-001",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be an event stream, without a mark so far."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        start = b""
        for chunk in exchange.response.chunks:
            start += chunk.data[:3]
            if len(start) >= 3:
                break
        if not start:
            return "the body is empty"
        return "the body has a byte order mark already" if start.startswith(BOM) else None

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with a mark."""
        return exchange if self.obstacle(exchange) else changed(exchange, _marked)


def _marked(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    waiting = True
    for chunk in chunks:
        if waiting and chunk.data:
            waiting = False
            yield chunk._replace(data=BOM + chunk.data)
        else:
            yield chunk


@dataclass(frozen=True, kw_only=True)
class InvalidUtf8(Mutation):
    """A byte that UTF-8 never has comes inside a JSON string.

    Strict clients fail at the whole stream. The string is the text of a chunk; in a Responses stream,
    where a lost event would break more than that, it is in a vendor's event of its own.
    """

    name: ClassVar[str] = "invalid_utf8"
    example: ClassVar[str] = "invalid_utf8"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-001", "SSE-JSON-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "chunk with text, or event of an item"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            said = any(text(choice) for choice in choices(event.value))
            found = _CONTENT.search(event.block.data) if said else None
            if not (found or scoped(event.value)) or not stream.here():
                yield event
            elif found:
                place = found.end()
                yield event.with_bytes(event.block.data[:place] + b"\xff" + event.block.data[place:])
            else:
                yield event
                broken = event.like({"type": "acme:trace", "note": "?"})
                yield broken.with_bytes(broken.block.data.replace(b"?", b"\xff"))


@dataclass(frozen=True, kw_only=True)
class Garbage(EventFault):
    """A line of bytes that mean nothing, and are no UTF-8, comes in front of an event.

    The seed makes the bytes. They are a block and a chunk of their own; all recorded bytes stay.
    """

    name: ClassVar[str] = "garbage"
    example: ClassVar[str] = "garbage:event=3,size=100"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FIELD-001", "SSE-UTF8-001")

    size: int = parameter(32, "bytes", "How many bytes, without the blank line.", whole(1, 1_000_000))

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Put it in front of that block."""
        for number, block in enumerate(blocks):
            if number == target:
                yield inserted(self._bytes(exchange.index) + b"\n\n", block.parts[0].at_us)
            yield block

    def _bytes(self, index: int) -> bytes:
        # Only bytes that begin a character of two bytes: never a line end, a colon, or valid UTF-8.
        noise = hashlib.shake_256(f"{self.seed}/{self.name}/{index}".encode()).digest(self.size)
        return bytes(0xC2 + byte % 0x1E for byte in noise)


@dataclass(frozen=True, kw_only=True)
class LoneSurrogate(Edit):
    """A text begins with the escape of half a surrogate pair: in its first delta, and wherever the whole
    text comes.

    It cannot be written as UTF-8, though it is JSON.
    """

    name: ClassVar[str] = "lone_surrogate"
    example: ClassVar[str] = "lone_surrogate"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-003", "CHAT-LOGP-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if prefixed(value, stream, "\ud83d"):
            return True
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = "\ud83d" + text(choice)
        return True


@dataclass(frozen=True, kw_only=True)
class ReplacementCharacter(Edit):
    """A text begins with U+FFFD: in its first delta, and wherever the whole text comes.

    Servers that decode bytes as they come put it where a character was cut.
    """

    name: ClassVar[str] = "replacement_character"
    example: ClassVar[str] = "replacement_character"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-002", "CHAT-LOGP-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if prefixed(value, stream, "\N{REPLACEMENT CHARACTER}"):
            return True
        found = [choice for choice in choices(value) if text(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = "\N{REPLACEMENT CHARACTER}" + text(choice)
        return True

"""The same said in another way: line ends, spaces, the order of keys, and where a text is cut."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from harness.faults.chat.chunk import choices, delta, finish, usage
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.mutation import Mutation
from harness.faults.responses.items import TEXT_DELTA
from harness.faults.wire import changed, data_spans, no_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange
    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream

_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, kw_only=True)
class Crlf(Fault):
    """Every line ends with CR LF.

    Legal: WHATWG's parser takes LF, CR and CR LF. Chunks keep their boundaries and grow.
    """

    name: ClassVar[str] = "crlf"
    example: ClassVar[str] = "crlf"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-004",)
    benign: ClassVar[bool] = True

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be an event stream with a line that ends with LF alone."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        same = zip(exchange.response.chunks, _with_crlf(exchange.response.chunks), strict=True)
        return None if any(old != new for old, new in same) else "no line of the body ends with LF alone"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with other line ends."""
        return exchange if self.obstacle(exchange) else changed(exchange, _with_crlf)


def _with_crlf(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    after_cr = False
    for chunk in chunks:
        data = chunk.data
        if data:
            # The LF of a CR LF that two chunks share must not get a second CR.
            kept = 1 if after_cr and data[:1] == b"\n" else 0
            after_cr = data.endswith(b"\r")
            data = data[:kept] + _BARE_LF.sub(b"\r\n", data[kept:])
        yield chunk._replace(data=data)


@dataclass(frozen=True, kw_only=True)
class JsonWhitespace(Mutation):
    """The JSON of every event has a space after each comma and colon, as Python writes it."""

    name: ClassVar[str] = "json_whitespace"
    example: ClassVar[str] = "json_whitespace"
    benign: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event whose JSON has no spaces"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            spans = data_spans(data)
            spaced = json.dumps(event.value, ensure_ascii=False).encode() if event.value else b""
            if spaced and len(spans) == 1 and data[slice(*spans[0])] != spaced and stream.here():
                yield event.with_bytes(data[: spans[0][0]] + spaced + data[spans[0][1] :])
            else:
                yield event


@dataclass(frozen=True, kw_only=True)
class KeyOrder(Mutation):
    """The keys of every event's JSON come in the opposite order, at every depth."""

    name: ClassVar[str] = "key_order"
    example: ClassVar[str] = "key_order"
    benign: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with more keys than one"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            new = _reversed(event.value)
            if list(new) == list(event.value) or not stream.here():
                yield event
            else:
                event.value.clear()
                event.value.update(new)
                yield event.rewritten()


def _reversed(value: Any) -> Any:
    """The value with the keys of all its objects in the opposite order."""
    if isinstance(value, list):
        return [_reversed(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _reversed(one) for name, one in reversed(value.items())}


@dataclass(frozen=True, kw_only=True)
class RecutDelta(Mutation):
    """One delta of text comes as two, and the sequence numbers after it move up.

    Where text is cut means nothing.
    """

    name: ClassVar[str] = "recut_delta"
    example: ClassVar[str] = "recut_delta"
    benign: ClassVar[bool] = True
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of text that can be cut"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            holder, name = _place(event.value)
            words = holder.get(name)
            if isinstance(words, str) and len(words) > 1 and stream.here():
                holder[name] = words[:1]
                yield event.rewritten()
                holder[name] = words[1:]
                yield event.like(event.value)
            else:
                yield event


def _place(value: Json) -> tuple[Json, str]:
    """The object and the key under which an event has text that can be cut; log probabilities forbid it."""
    if value.get("type") == TEXT_DELTA:
        return (value, "delta") if not value.get("logprobs") else ({}, "")
    one = choices(value)
    plain = len(one) == 1 and set(delta(one[0])) == {"content"} and not finish(one[0])
    return (
        (delta(one[0]), "content") if plain and not one[0].get("logprobs") and not usage(value) else ({}, "")
    )

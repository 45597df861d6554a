"""The parts of a Chat Completions chunk, as faults look for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.faults.event import Event, entries, string, table
from harness.faults.wire import blocks_of, no_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream

THOUGHTS = ("reasoning_content", "reasoning")
"""The keys under which servers send reasoning in a delta; no official schema has either."""


def is_chunk(value: Json) -> bool:
    """Whether this is a chunk of a Chat Completions stream."""
    return isinstance(value.get("choices"), list) and "type" not in value


def choices(value: Json) -> list[Json]:
    """The choices of a chunk."""
    return entries(value.get("choices")) if is_chunk(value) else []


def delta(choice: Json) -> Json:
    """The delta of a choice; empty where it is none."""
    return table(choice.get("delta"))


def calls(choice: Json) -> list[Json]:
    """The fragments of tool calls in a choice."""
    return entries(delta(choice).get("tool_calls"))


def fragments(value: Json) -> list[tuple[Json, Json]]:
    """The fragments of tool calls in a chunk, each behind its choice."""
    return [(choice, call) for choice in choices(value) for call in calls(choice)]


def function(call: Json) -> Json:
    """The function of a fragment; empty where it has none."""
    return table(call.get("function"))


def key(choice: Json, call: Json) -> tuple[str, str]:
    """What tells a call from all others of its stream."""
    return (repr(choice.get("index")), repr(call.get("index")))


def text(choice: Json) -> str:
    """The visible text of a delta; "" where it has none."""
    content = delta(choice).get("content")
    return content if isinstance(content, str) else ""


def thought(choice: Json) -> str:
    """The key under which a delta has reasoning; "" where it has none."""
    return next((name for name in THOUGHTS if string(delta(choice).get(name))), "")


def finish(choice: Json) -> str:
    """The finish reason of a choice; "" where it has none."""
    return string(choice.get("finish_reason"))


def usage(value: Json) -> Json:
    """The usage of a chunk; empty where it has none."""
    return table(value.get("usage")) if is_chunk(value) else {}


def later(value: Json, stream: Stream) -> bool:
    """Whether this is a chunk and not the first of its stream."""
    if not is_chunk(value):
        return False
    seen = stream.notes.get("chunks", 0)
    stream.notes["chunks"] = seen + 1
    return bool(seen)


def alone(value: Json, index: object, change: Json, **more: object) -> Json:
    """A chunk like this one that holds one choice with this delta, and no usage."""
    made = {**value, "choices": [{"index": index, "delta": change, "finish_reason": None, **more}]}
    if "usage" in made:
        made["usage"] = None
    return made


def asks_for_usage(request: Json) -> bool:
    """Whether a request wants a usage chunk."""
    return table(request.get("stream_options")).get("include_usage") is True


def names_a_tool(request: Json) -> bool:
    """Whether a request forces one function; OpenAI ends such a call with `stop`."""
    return bool(table(request.get("tool_choice")))


def values(exchange: Exchange) -> Iterator[Json]:
    """The JSON of every event; nothing where there are none."""
    if exchange.response is not None and no_events(exchange.response) is None:
        yield from (Event(block).value for block in blocks_of(exchange.response.chunks))


def has_audio(exchange: Exchange) -> bool:
    """Whether the answer is spoken; such streams may do without much that others need."""
    return any("audio" in delta(choice) for value in values(exchange) for choice in choices(value))


def fails(exchange: Exchange) -> bool:
    """Whether an error comes in the stream."""
    return any(value.get("error") for value in values(exchange))


def reasons(exchange: Exchange) -> set[str]:
    """The finish reasons of all choices."""
    return {finish(choice) for value in values(exchange) for choice in choices(value)} - {""}

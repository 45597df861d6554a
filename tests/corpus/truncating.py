"""Where recorded streams are cut, so that each way of ending too early is tried once and not ten thousand times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.jsonvalue import try_parse
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.upstream_answers import Answer
    from tests.translating import Translated

TELLING = frozenset(
    {"type", "role", "status", "finish_reason", "stop_reason", "finishReason", "phase", "thought", "reason"}
)
"""Members whose words decide what an event is; of all others only the kind of value counts."""


def events_of(body: bytes) -> list[tuple[int, str]]:
    """Where each event of a stream ends, and its shape."""
    decoder = Decoder()
    return [
        (event.stop, _shape(try_parse(event.data)[1]))
        for event in [*decoder.feed(body), *decoder.finish()]
        if event.dispatched
    ]


def cuts(answer: Answer, seen: set[tuple[Any, ...]]) -> Iterator[int]:
    """The ends of events after which this stream is to be cut.

    They are all those where the last two events, and the shapes of all that came before, are together other than
    wherever a stream was cut so far (`seen` holds that): of the deltas of a long text two are enough.
    """
    last, before = "", frozenset[str]()
    for stop, shape in events_of(answer.body):
        way = (answer.dialect, last, shape, before)
        if way not in seen:
            seen.add(way)
            yield stop
        last, before = shape, before | {last}


def ends_too_well(result: Translated) -> str:
    """What is wrong where the client's answer is a success, and upstream's none; empty where nothing is."""
    half = result.check.case.upstream
    assert half is not None
    if result.turn.ended != "clean" or half.turn.ended == "clean":
        return ""
    return f"upstream's answer is {half.turn.ended}, and the client's is well"


def _shape(value: object) -> str:
    if isinstance(value, dict):
        inner = [
            f"{name}={one}" if name in TELLING and isinstance(one, str | bool) else f"{name}:{_shape(one)}"
            for name, one in value.items()
        ]
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_shape, value[:3])) + ("…]" if len(value) > 3 else "]")
    if isinstance(value, str):
        return "text" if value else "empty"
    return type(value).__name__

"""When how much of a text had been sent, or had come: what two ends of a gateway can be compared by.

A translation makes one event of two, or two of one, so events are not counted but characters of the visible text.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.errors import EventTooLarge
from harness.jsonvalue import try_parse
from harness.sse.array_stream import StreamOrArray

if TYPE_CHECKING:
    from harness.sandwich.session import Side

Progress = list[tuple[float, int]]
"""For each event that brought visible text: milliseconds after the session's first request, and the characters that
had come by then."""


def progress(side: Side) -> Progress:
    """How the visible text of one streamed answer went on, in any dialect; [] where it cannot be read."""
    response = side.exchange.response
    if response is None:
        return []
    begun = side.at_ms + response.at_us / 1e3
    found: Progress = []
    total = 0
    decoder = StreamOrArray()
    try:
        for at_us, data in decoded_chunks(response.headers, response.chunks):
            for event in decoder.feed(data):
                is_json, body = try_parse(event.data)
                size = _size(body) if is_json and isinstance(body, dict) else 0
                if size:
                    total += size
                    found.append((begun + at_us / 1e3, total))
    except (CodingError, EventTooLarge):
        return []
    return found


def reached(text: Progress, size: int) -> float | None:
    """When so many characters had come; None where they never did."""
    return next((at for at, total in text if total >= size), None)


def waits(sent: Progress, come: Progress) -> list[float]:
    """For each piece that was sent, how many milliseconds later it had come."""
    return [at - then for then, size in sent if (at := reached(come, size)) is not None]


def late(sent: Progress, come: Progress) -> tuple[frozenset[int], frozenset[int]]:
    """Which pieces came only after the next one had been sent, and of which that can be told.

    Two that were sent in one breath, because the machine was busy, tell nothing: a piece is judged where the next was
    sent at least half as long after it as pieces usually are apart.
    """
    if len(sent) < _FEWEST:
        return frozenset(), frozenset()
    usual = (sent[-1][0] - sent[0][0]) / (len(sent) - 1)
    judged = [
        (number, at, following)
        for number, ((then, size), (following, _)) in enumerate(pairwise(sent))
        if following - then >= usual / 2 and (at := reached(come, size)) is not None
    ]
    return (
        frozenset(number for number, at, following in judged if at > following),
        frozenset(number for number, _, _ in judged),
    )


_FEWEST = 3


def _size(body: dict[str, Any]) -> int:
    """The characters of visible text that an event of any of the four dialects brings."""
    if "choices" in body:
        deltas = [one.get("delta") for one in _objects(body["choices"])]
        return sum(_length(one.get("content")) for one in deltas if isinstance(one, dict))
    if "candidates" in body:
        contents = [one.get("content") for one in _objects(body["candidates"])]
        parts = [part for one in contents if isinstance(one, dict) for part in _objects(one.get("parts"))]
        return sum(_length(part.get("text")) for part in parts if not part.get("thought"))
    delta = body.get("delta")
    if isinstance(delta, dict):
        return _length(delta.get("text"))
    return _length(delta) if body.get("type") == "response.output_text.delta" else 0


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

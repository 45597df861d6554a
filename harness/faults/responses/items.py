"""The parts of a Responses event, as faults look for them, and the streams in which a change is not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.faults.event import Event, entries, string, table
from harness.faults.mutation import number_of
from harness.faults.wire import blocks_of, no_events

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream

TERMINAL = ("response.completed", "response.incomplete", "response.failed")
LIFECYCLE = ("response.created", "response.queued", "response.in_progress", *TERMINAL)

ADDED = "response.output_item.added"
DONE = "response.output_item.done"
PART_ADDED = "response.content_part.added"
PART_DONE = "response.content_part.done"
TEXT_DELTA = "response.output_text.delta"
TEXT_DONE = "response.output_text.done"
ARGUMENTS_DELTA = "response.function_call_arguments.delta"
ARGUMENTS_DONE = "response.function_call_arguments.done"

_TEXTS = ("text", "refusal")


def response(value: Json) -> Json:
    """The response in a lifecycle event; empty in any other."""
    return table(value.get("response")) if value.get("type") in LIFECYCLE else {}


def terminal(value: Json) -> Json:
    """The response in a terminal event; empty in any other."""
    return table(value.get("response")) if value.get("type") in TERMINAL else {}


def item(value: Json, *kinds: str) -> Json:
    """The item of an event that adds or finishes one of these types; empty in any other."""
    found = table(value.get("item")) if value.get("type") in {ADDED, DONE} else {}
    return found if not kinds or found.get("type") in kinds else {}


def part(value: Json) -> Json:
    """The part of an event that adds or finishes one; empty in any other."""
    return table(value.get("part")) if value.get("type") in {PART_ADDED, PART_DONE} else {}


def output(value: Json) -> list[Json]:
    """The items of a terminal event."""
    return entries(terminal(value).get("output"))


def whole_items(value: Json) -> list[tuple[int, Json]]:
    """The finished items in this event, of `output_item.done` or of the end, each behind its output_index."""
    if value.get("type") == DONE and type(value.get("output_index")) is int:
        return [(value["output_index"], item(value))]
    return list(enumerate(output(value)))


def parts(one: Json) -> list[Json]:
    """The content parts of an item."""
    return entries(one.get("content"))


def text_key(one: Json) -> str:
    """The key under which a part or a done event has its text; "" where it has none."""
    return next((key for key in _TEXTS if isinstance(one.get(key), str)), "")


def texts(value: Json) -> list[tuple[tuple[int, int], Json]]:
    """What holds a whole text in this event: the done event, the part, or the parts of an item, each behind
    its output_index and content_index.
    """
    if value.get("type") in {TEXT_DONE, PART_DONE}:
        place = (value.get("output_index"), value.get("content_index"))
        holder = part(value) or value
        if type(place[0]) is int and type(place[1]) is int and isinstance(holder.get("text"), str):
            return [((place[0], place[1]), holder)]
        return []
    return [
        ((index, number), one)
        for index, found in whole_items(value)
        for number, one in enumerate(parts(found))
        if isinstance(one.get("text"), str)
    ]


def whole_strings(value: Json, done: str, key: str) -> list[tuple[int, Json]]:
    """What holds a whole string such as `arguments` in this event: the done event or an item, each behind its
    output_index.
    """
    if value.get("type") == done:
        index = value.get("output_index")
        return [(index, value)] if type(index) is int and isinstance(value.get(key), str) else []
    return [(index, found) for index, found in whole_items(value) if isinstance(found.get(key), str)]


def scoped(value: Json) -> bool:
    """Whether this event belongs to an item that was announced before."""
    return "item_id" in value and string(value.get("type")).startswith("response.")


def rename(value: Json, old: str, new: str) -> bool:
    """Call an item by another id wherever this event names it; whether it does."""
    found = [(value, "item_id"), (item(value), "id"), *((one, "id") for one in output(value))]
    hit = [(holder, key) for holder, key in found if holder.get(key) == old]
    for holder, key in hit:
        holder[key] = new
    return bool(hit)


def known(value: Json, stream: Stream) -> int:
    """How many items were added up to this event."""
    if value.get("type") == ADDED:
        stream.notes["added"] = stream.notes.get("added", 0) + 1
    count: int = stream.notes.get("added", 0)
    return count


def ends_with(exchange: Exchange, *kinds: str) -> bool:
    """Whether the stream has an event of these types."""
    if exchange.response is None or no_events(exchange.response):
        return False
    return any(Event(block).kind in kinds for block in blocks_of(exchange.response.chunks))


def prefixed(value: Json, stream: Stream, prefix: str) -> bool:
    """Put something in front of one text wherever this event has it; whether it does.

    The places are the first deltas of the texts.
    """
    if value.get("type") == TEXT_DELTA and "place" not in stream.notes:
        place = (value.get("output_index"), value.get("content_index"))
        met = stream.notes.setdefault("met", [])
        if place in met or not isinstance(value.get("delta"), str):
            return False
        met.append(place)
        if not stream.here():
            return False
        stream.notes["place"] = place
        value["delta"] = prefix + value["delta"]
        return True
    found = [one for place, one in texts(value) if place == stream.notes.get("place")]
    for one in found:
        one["text"] = prefix + one["text"]
    return bool(found)


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

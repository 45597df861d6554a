"""Taking an event without decoding it, because it is spelled like one that was judged, but for the text it adds.

An event was decoded, found to be spelled as we would spell it, to fit its schema and to have done nothing to the
machine but to add text. Then the next event has the same verdict, and does the same, if its bytes are the same but
for the text, the padding and the number, which counts on: provided that the schema asks nothing of these values but
their type, and that the text is spelled without escapes. All of this is looked at here: bytes are compared with
bytes, and what is not certain is decoded, as every event was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.dialects.growth import Growth, Numbered, Path
    from harness.dialects.schema import Validator
    from harness.dialects.signal import Body

_encode = msgspec.json.Encoder().encode

_TEXT, _PADDING, _NUMBER = (f"harness \ue000 {place}" for place in ("text", "padding", "number"))
_LARGEST = 1 << 52
"""Numbers beyond may change their type while they count, for a reader of JSON."""


def likeness(body: Body, growth: Growth, validator: Validator) -> Callable[[bytes], bool] | None:
    """A function that takes the data of an event that is like this one; False where it is not, and nothing is done.

    Args:
        body: The payload of an event whose data is its compact encoding.
        growth: What may be different in the next one.
        validator: The schema that it fits.

    Returns:
        None where members come in an order that is not expected, or where the schema looks at them.
    """
    marked: Any = body
    marks = {_TEXT: growth.text, _PADDING: growth.padding, _NUMBER: growth.number}
    for mark, path in marks.items():
        if path is not None:
            if not validator.is_indifferent(path):
                return None
            marked = _put(marked, path, mark)
    data = _encode(marked)
    if any(data.count(mark.encode()) != (path is not None) for mark, path in marks.items()):
        return None  # somebody says what only we should say
    head, found, rest = data.partition(_TEXT.encode())
    between, _, tail = rest.rpartition(_PADDING.encode())
    if not found or _PADDING.encode() in head:
        return None
    stream = growth.stream
    if growth.number is None or stream is None:
        return _taker(head, between, tail, growth.write)
    number = _encode(_NUMBER)
    if number in between or not (stream.next_sequence or 0) < _LARGEST:
        return None
    return _counting_taker(head.split(number), between, tail.split(number), growth.write, stream)


def _put(value: Any, path: Path, mark: str) -> Any:
    """A copy of a value with a mark in the place that a path leads to."""
    if not path:
        return mark
    copy = value.copy()
    copy[path[0]] = _put(copy[path[0]], path[1:], mark)
    return copy


def _taker(
    head: bytes, between: bytes, tail: bytes, write: Callable[[str], object]
) -> Callable[[bytes], bool]:
    """For events without a number."""
    start, stop, around = len(head), -len(tail), len(head) + len(tail)

    def take(data: bytes) -> bool:
        if data.startswith(head) and data.endswith(tail) and len(data) > around:
            text = _plain(data[start:stop], between)
            if text:
                write(text)
                return True
        return False

    return take


def _counting_taker(
    head: list[bytes], between: bytes, tail: list[bytes], write: Callable[[str], object], stream: Numbered
) -> Callable[[bytes], bool]:
    """For events with a number, which is to be the one that is due; where it is, head or tail are in two parts."""
    ahead = len(head) == 2
    (first, second), (constant,) = (head, tail) if ahead else (tail, head)

    def take(data: bytes) -> bool:
        number: Any = stream.next_sequence
        counted = b"%b%d%b" % (first, number, second)
        start, stop = (counted, constant) if ahead else (constant, counted)
        if data.startswith(start) and data.endswith(stop) and len(data) > len(start) + len(stop):
            text = _plain(data[len(start) : -len(stop)], between)
            if text:
                write(text)
                stream.next_sequence = number + 1
                return True
        return False

    return take


def _plain(raw: bytes, between: bytes) -> str:
    """The text in what is different, if it and the padding are surely spelled without escapes; "" where not."""
    if between:
        raw, found, padding = raw.partition(between)
        if not found or (padding and not padding.isalnum()):
            return ""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return ""
    return "" if '"' in text or "\\" in text or not text.isprintable() else text

"""What streams are made of: small texts with the characters that break readers, and JSON arguments, cut in pieces.

Everything is drawn as plain data and put on the wire by pure functions, so that an example is cheap and shrinks to
the fewest events with the shortest texts.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Value = TypeVar("Value")

CREATED: Final = 1_768_392_000
SIGNATURE: Final = "EtUBCkYIBxgCKkBn0Yk3vG4mJ8xQ2bqv1sZr5tUwHc9dLfKpXoEiA7hSyTzR6WnMjPl0gVaBeDcuFxOQ4kI2Nw=="
"""What seals a thought; base64."""

_AWKWARD: Final = (
    "\n\n", "data: x\n\n", "[DONE]", "\u2028", "\u00e9", "e\u0301", "\U0001f600", "\U0001f468\u200d\U0001f469", '"',
    "\\", "\\u00", "\t", "\x00", "\x1f", "\ufeff", "</s>", "event: error", "{", '{"', "null", " ", "\r\n", "\u05d0",
)  # fmt: skip
"""Pieces of text that readers stumble over: line ends and separators, marks of the protocol, parts of characters."""

# U+FFFD is what a decoder writes that lost a byte: a stream that has it is reported, and rightly.
_LETTERS: Final = st.characters(codec="utf-8", exclude_characters="\ufffd")


@cache
def words() -> st.SearchStrategy[str]:
    """A piece of text, never empty; the simplest is `0`."""
    return st.text(_LETTERS, min_size=1, max_size=6) | st.sampled_from(_AWKWARD)


@cache
def pieces(*, least: int = 1, most: int = 3, empty: bool = False) -> st.SearchStrategy[list[str]]:
    """A text in the pieces in which it comes; all but the first may be empty where a protocol allows that."""
    if not empty:
        return st.lists(words(), min_size=least, max_size=most)
    more = st.lists(words() | st.just(""), max_size=most - 1)
    return st.builds(lambda first, others: [first, *others], words(), more)


@cache
def cut_arguments() -> st.SearchStrategy[tuple[str, ...]]:
    """The JSON text of a call's arguments, in pieces."""
    return st.builds(
        cut, st.builds(_written, _objects(), st.booleans()), st.lists(st.integers(0, 12), max_size=3)
    )


@cache
def objects() -> st.SearchStrategy[dict[str, Any]]:
    """Arguments of a call, as an object."""
    return _objects()


def _objects() -> st.SearchStrategy[dict[str, Any]]:
    plain = st.none() | st.booleans() | st.integers(-9, 99) | words()
    return st.dictionaries(words(), plain | st.lists(plain, max_size=2), max_size=2)


def _written(value: dict[str, Any], ascii_only: bool) -> str:  # noqa: FBT001 - drawn as such
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))


def cut(text: str, steps: Sequence[int]) -> tuple[str, ...]:
    """A text in pieces of those lengths, and the rest; none is empty, unless the whole is."""
    places = sorted({0, len(text), *(place for place in accumulate(steps) if place < len(text))})
    return tuple(text[begin:end] for begin, end in pairwise(places)) or (text,)


def interleaved(lanes: Sequence[Sequence[Any]], order: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Several sequences as one, each in its own order: which lane, and what.

    Args:
        lanes: The sequences. A lane begins only when all before it have begun.
        order: Whose turn it is, counted among the lanes that have something left; when it runs out, the first.
    """
    at = [0] * len(lanes)
    turns = iter(order)
    begun = 0
    while True:
        ready = [lane for lane in range(min(begun + 1, len(lanes))) if at[lane] < len(lanes[lane])]
        if not ready:
            if begun >= len(lanes):
                return
            begun += 1
            continue
        lane = ready[next(turns, 0) % len(ready)]
        begun = max(begun, lane + 1)
        yield lane, lanes[lane][at[lane]]
        at[lane] += 1


def obfuscation(number: int, size: int) -> str:
    """Padding, of a length that varies from event to event, as OpenAI sends it."""
    return "aK3xQ9bZ7mT1pL5vW"[number % 5 : number % 5 + 4 + size % 9]


def frame(payload: object, *, named: str | None = None, line_end: str = "\n") -> bytes:
    """An event on the wire.

    Args:
        payload: Its JSON value; a text is sent as it is (`[DONE]`).
        named: The name of an `event` line in front.
        line_end: What ends its lines.
    """
    text = payload if isinstance(payload, str) else dumps(payload)
    head = f"event: {named}{line_end}" if named else ""
    return f"{head}data: {text}{line_end}{line_end}".encode()


dumps: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Compact JSON, in characters."""

COMMENTS: Final = (": keep-alive\n\n", ":\n\n", ": OPENROUTER PROCESSING\n\n")


def with_comments(events: Sequence[bytes], places: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
    """The events with comments between them: `places` are where, and which."""
    found = list(events)
    for place, which in places:
        found.insert(place % (len(found) + 1), COMMENTS[which].encode())
    return tuple(found)


@cache
def comments() -> st.SearchStrategy[list[tuple[int, int]]]:
    """Where comments come, for `with_comments`: mostly nowhere."""
    some = st.lists(st.tuples(st.integers(0, 40), st.integers(0, len(COMMENTS) - 1)), min_size=1, max_size=2)
    return rarely(some, otherwise=[])


def rarely(strategy: st.SearchStrategy[Any], *, otherwise: Any, ordinary: int = 3) -> st.SearchStrategy[Any]:
    """A fixed value, and in one example of several what the strategy gives."""
    # one_of() takes the very same strategy only once.
    return st.one_of(*(st.just(otherwise) for _ in range(ordinary)), strategy)


def chance(ordinary: int = 3) -> st.SearchStrategy[bool]:
    """True in one example of several."""
    return st.sampled_from((*[False] * ordinary, True))


def named(name: str, strategy: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    """The same strategy, which hypothesis calls by the name that users know."""

    def drawn(draw: st.DrawFn) -> Value:
        return draw(strategy)

    drawn.__name__ = drawn.__qualname__ = name
    return st.composite(drawn)()

"""Where in a piece of text something must be hidden, and how overlapping answers become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from harness.cassettes.redaction.placeholder import placeholder

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable


class Span(NamedTuple):
    """Bytes `start` to `stop` are a secret called `label`.

    Args:
        start: Its first byte.
        stop: The byte behind it.
        label: What it is called.
        known: It is the value of a variable.
        guessed: Only what prose says before it tells that it is one, so that any other rule names it better.
    """

    start: int
    stop: int
    label: str
    known: bool = False
    guessed: bool = False


class Undecided(NamedTuple):
    """From `start` on, more bytes must be seen before anything can be said."""

    start: int


Verdict: TypeAlias = Span | Undecided | None
"""What a rule says about one place."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join overlapping spans, in order of position.

    The joined span is called by its longest part; of equals, by the known value, and by a guessed one last.
    """
    result: list[Span] = []
    best: tuple[int, bool, bool] = (0, False, False)
    for span in sorted(spans):
        weight = (span.stop - span.start, span.known, not span.guessed)
        if result and span.start < result[-1].stop:
            last = result[-1]
            if weight > best:
                best, last = weight, last._replace(label=span.label, known=span.known, guessed=span.guessed)
            result[-1] = last._replace(stop=max(last.stop, span.stop))
        else:
            result.append(span)
            best = weight
    return result


def hidden(text: bytes, spans: Iterable[Span], counts: Counter[str]) -> bytes:
    """`text` with each of the (merged) spans replaced by its placeholder, and the labels counted."""
    pieces: list[bytes] = []
    position = 0
    for span in spans:
        pieces += (text[position : span.start], placeholder(span.label, span.stop - span.start).encode())
        counts[span.label] += 1
        position = span.stop
    pieces.append(text[position:])
    return b"".join(pieces)

"""When each byte of a replayed body is due, and in what pieces it comes.

A pace has two independent halves: the time (as recorded, at once, N times faster) and the cut (as recorded,
every N bytes, at given offsets). Neither ever changes, drops or reorders a byte.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Chunk
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMS = "recorded, instant, xN (N times faster), bytes:N, cuts:A,B,C, or a time and a cut joined by +"
EXAMPLE = "x4, or recorded+bytes:1 (one byte at a time, on the recorded times)"

_SPEED = re.compile(r"x((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)", re.ASCII)
_BYTES = re.compile(r"bytes:(\d+)", re.ASCII)
_CUTS = re.compile(r"cuts:(\d+(?:,\d+)*)", re.ASCII)
_SLOWEST, _FASTEST = 1e-6, 1e6
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Pace:
    """A way to play a body. `str(pace)` is its canonical text, and `parse_pace` of that gives it back.

    Args:
        speed: How many times faster than recorded; 1.0 is as recorded, infinity is at once.
        size: Re-cut to pieces of this many bytes (the last may be shorter); None keeps the recorded chunks.
        cuts: Re-cut at exactly these byte offsets, so that N offsets inside the body give N + 1 pieces.
            Ascending; () keeps the recorded chunks. Excludes `size`.
    """

    speed: float = 1.0
    size: int | None = None
    cuts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no text can say, so that the canonical text always reads back."""
        in_range = _SLOWEST <= self.speed <= _FASTEST or self.speed == math.inf
        ascending = all(left < right for left, right in pairwise((0, *self.cuts)))
        if (
            not in_range
            or (self.size is not None and self.size < 1)
            or not ascending
            or (self.size is not None and self.cuts)
        ):
            message = f"no such pace: speed {self.speed}, size {self.size}, cuts {self.cuts}"
            raise ValueError(message)

    def due(self, at_us: int) -> int:
        """When what was recorded at `at_us` is due, in microseconds on the same time line."""
        if self.speed == math.inf:
            return 0
        return at_us if self.speed == 1.0 else round(at_us / self.speed)

    def schedule(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Say when each piece of a body is due; `at_us` of a piece is microseconds after the response's head.

        A piece is due when the last byte it holds was due, and no piece is due before the one in front of it.
        It is lazy, and holds no more than one piece and one recorded chunk.
        """
        timed = self._timed(chunks)
        if self.size is not None:
            return _recut(timed, repeat(self.size))
        if self.cuts:
            lengths = (right - left for left, right in pairwise((0, *self.cuts)))
            return _recut(timed, chain(lengths, repeat(None)))
        return timed

    def _timed(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        latest = 0
        for at_us, data in chunks:
            latest = max(latest, self.due(at_us))
            yield Chunk(latest, data)

    def __str__(self) -> str:
        time = {1.0: "recorded", math.inf: "instant"}.get(self.speed) or "x" + repr(self.speed).removesuffix(
            ".0"
        )
        cut = (
            f"bytes:{self.size}"
            if self.size
            else "cuts:" + ",".join(map(str, self.cuts))
            if self.cuts
            else ""
        )
        if not cut:
            return time
        return cut if self.speed == math.inf else f"{time}+{cut}"


RECORDED = Pace()
INSTANT = Pace(speed=math.inf)


def parse_pace(text: str) -> Pace:
    """Read a pace: `recorded`, `instant`, `x4`, `x0.5`, `bytes:7`, `cuts:3,10,99`, `recorded+bytes:1`.

    A cut without a time means at once.

    Raises:
        UsageError: It is none of these.
    """
    speed: float | None = None
    size: int | None = None
    cuts: tuple[int, ...] = ()
    for part in text.split("+"):
        if (found := _speed(part)) is not None:
            if speed is not None:
                raise _refusal(text, "it says twice how fast")
            speed = found
        elif size is not None or cuts:
            raise _refusal(text, "it says twice how to cut" if part.startswith(("bytes", "cuts")) else None)
        elif match := _BYTES.fullmatch(part):
            size = _number(text, match[1])
        elif match := _CUTS.fullmatch(part):
            cuts = tuple(_number(text, number) for number in match[1].split(","))
        else:
            raise _refusal(text)
    try:
        return Pace(math.inf if speed is None else speed, size, cuts)
    except ValueError:
        why = "offsets must be ascending" if cuts else f"N must be from {_SLOWEST:g} to {_FASTEST:g}"
        raise _refusal(text, why if size is None else None) from None


def _speed(part: str) -> float | None:
    if part in {"recorded", "instant"}:
        return 1.0 if part == "recorded" else math.inf
    match = _SPEED.fullmatch(part)
    if match is None:
        return None
    # An endless number such as x1e999 must not pass for "instant".
    return min(float(match[1]), 2 * _FASTEST)


def _number(text: str, digits: str) -> int:
    number = int(digits) if len(digits) <= _DIGITS else 0
    if number < 1:
        raise _refusal(text, f"numbers must be from 1 to {10**_DIGITS - 1}")
    return number


def _refusal(text: str, why: str | None = None) -> UsageError:
    message = f"{text!r} is no pace" + (f": {why}" if why else "")
    return UsageError(message, expected=FORMS, found=repr(text), hint=f"for example {EXAMPLE}")


def _recut(chunks: Iterable[Chunk], lengths: Iterator[int | None]) -> Iterator[Chunk]:
    """Cut a body anew: one piece for each length, and the rest as one piece where a length is None."""
    pending = bytearray()
    pending_at = 0
    wanted = next(lengths)
    for at_us, data in chunks:
        start = 0
        while wanted is not None and wanted - len(pending) <= len(data) - start:
            stop = start + wanted - len(pending)
            piece = data[start:stop]
            if pending:
                piece = bytes(pending) + piece
                pending.clear()
            yield Chunk(at_us, piece)
            start = stop
            wanted = next(lengths)
        if start < len(data):
            pending += data[start:]
            pending_at = at_us
    if pending:
        yield Chunk(pending_at, bytes(pending))

"""When each byte of a replayed body is due, and in what pieces it comes.

A pace has two independent halves: the time (as recorded, at once, N times faster) and the cut (as recorded,
every N bytes, at given offsets, at places such as the middle of a character). Neither ever changes, drops or reorders
a byte.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import TYPE_CHECKING

from harness.cassettes.cuts import PLACES, offsets
from harness.cassettes.exchange import Chunk
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMS = (
    "recorded, instant, xN (N times faster), bytes:N, cuts:A,B,C, at:event, at:crlf, at:character, at:data, at:whole,"
    " at:random@SEED, or a time and a cut joined by +"
)
EXAMPLE = "x4, or recorded+bytes:1 (one byte at a time, on the recorded times)"

_SPEED = re.compile(r"x((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)", re.ASCII)
_BYTES = re.compile(r"bytes:(\d+)", re.ASCII)
_AT = re.compile(rf"at:({'|'.join(PLACES)})(?:@(\d{{1,15}}))?", re.ASCII)
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
        place: Re-cut at every such place of the body, a key of `harness.cassettes.cuts.PLACES`; "" keeps the recorded
            chunks. Excludes `size` and `cuts`. The body is held in memory while it is played.
        seed: What the place `random` depends on; 0 for all others.
    """

    speed: float = 1.0
    size: int | None = None
    cuts: tuple[int, ...] = ()
    place: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no text can say, so that the canonical text always reads back."""
        in_range = _SLOWEST <= self.speed <= _FASTEST or self.speed == math.inf
        ascending = all(left < right for left, right in pairwise((0, *self.cuts)))
        if (
            not in_range
            or (self.size is not None and self.size < 1)
            or not ascending
            or sum((self.size is not None, bool(self.cuts), bool(self.place))) > 1
            or (self.place and self.place not in PLACES)
            or self.seed < 0
            or (self.seed and self.place != "random")
        ):
            message = (
                f"no such pace: speed {self.speed}, size {self.size}, cuts {self.cuts}, place {self.place!r}"
            )
            raise ValueError(message)

    def due(self, at_us: int) -> int:
        """When what was recorded at `at_us` is due, in microseconds on the same time line."""
        if self.speed == math.inf:
            return 0
        return at_us if self.speed == 1.0 else round(at_us / self.speed)

    def schedule(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Say when each piece of a body is due; `at_us` of a piece is microseconds after the response's head.

        A piece is due when the last byte it holds was due, and no piece is due before the one in front of it.
        It is lazy, and holds no more than one piece and one recorded chunk; all of them where it cuts at places.
        """
        timed = self._timed(chunks)
        if self.place:
            return self._placed(timed)
        if self.size is not None:
            return _recut(timed, repeat(self.size))
        if self.cuts:
            lengths = (right - left for left, right in pairwise((0, *self.cuts)))
            return _recut(timed, chain(lengths, repeat(None)))
        return timed

    def _placed(self, timed: Iterable[Chunk]) -> Iterator[Chunk]:
        held = [chunk for chunk in timed if chunk.data]
        body = b"".join(chunk.data for chunk in held)
        cuts = (0, *offsets(self.place, body, seed=self.seed))
        return _recut(held, chain((right - left for left, right in pairwise(cuts)), repeat(None)))

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
            else f"at:{self.place}" + (f"@{self.seed}" if self.seed else "")
            if self.place
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
    place, seed = "", 0
    for part in text.split("+"):
        if (found := _speed(part)) is not None:
            if speed is not None:
                raise _refusal(text, "it says twice how fast")
            speed = found
        elif size is not None or cuts or place:
            raise _refusal(
                text, "it says twice how to cut" if part.startswith(("bytes", "cuts", "at")) else None
            )
        elif match := _BYTES.fullmatch(part):
            size = _number(text, match[1])
        elif match := _CUTS.fullmatch(part):
            cuts = tuple(_number(text, number) for number in match[1].split(","))
        elif (match := _AT.fullmatch(part)) and (match[1] == "random" or match[2] is None):
            place, seed = match[1], int(match[2] or 0)
        else:
            raise _refusal(text)
    try:
        return Pace(math.inf if speed is None else speed, size, cuts, place, seed)
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

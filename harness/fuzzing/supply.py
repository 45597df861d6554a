"""What is played next: first each trait alone, then several of them together, and what is near to what was found.

Traits are switched on and off by the batch (swarm testing): a trait that hides another one, as a refusal hides calls,
is missing from half of the batches.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from harness.fuzzing.choosing import Seeded
from harness.generate.mending import mended
from harness.generate.reach import can_play
from harness.generate.sketch import Sketch
from harness.generate.traits import CALM, CROWDED, EVERY, SLOW, TRAITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.fuzzing.arena import Way

_BATCH: Final = 40
_TRIES: Final = 24
_KEPT: Final = 64
_ROUNDS: Final = 2
"""How often each trait is played alone on each way before they are thrown together."""
_SELDOM: Final = 24
"""After so many batches also those whose upstream takes seconds are played again."""
_QUICK: Final = (*CALM, *CROWDED)
_WATCHED: Final = (*_QUICK, *SLOW)
"""What is watched beside the bytes, and what takes its time."""


class Next(NamedTuple):
    """A conversation to be played, and over which way."""

    sketch: Sketch
    way: Way


class Supply:
    """Gives conversations without end.

    Args:
        ways: The ways that are taken, evenly.
        seed: The same seed gives the same, but for what is near to what was found.
    """

    def __init__(self, ways: Sequence[Way], seed: int) -> None:
        self._ways = ways
        self._choose = Seeded(f"supply {seed}")
        self._interesting: deque[Sketch] = deque(maxlen=_KEPT)
        self._made = self._given()

    def __iter__(self) -> Iterator[Next]:
        return self._made

    def interesting(self, sketch: Sketch) -> None:
        """What is near to it may be interesting, too."""
        self._interesting.append(sketch)

    def _given(self) -> Iterator[Next]:
        yield from self._first()
        for _ in range(_ROUNDS - 1):
            yield from self._alone()
        size, turn = 2, 0
        while True:
            yield from self._batch(size)
            turn += 1
            size = 2 + turn % 5
            if turn % 6 == 0:
                yield from self._alone()
                yield from self._each_alone(_WATCHED if turn % _SELDOM == 0 else _QUICK)

    def _first(self) -> Iterator[Next]:
        """The plainest conversation, each trait alone, and what is watched; the ways take turns."""
        for way in self._ways:
            yield Next(Sketch(), way)
        yield from self._alone()
        yield from self._each_alone(_WATCHED)

    def _alone(self) -> Iterator[Next]:
        names = list(TRAITS)
        self._choose.random.shuffle(names)
        yield from self._each_alone(names)

    def _each_alone(self, names: Iterable[str]) -> Iterator[Next]:
        for name in names:
            for way in self._ways:
                made = self._with(Sketch(), [name])
                if _fits(made, way):
                    yield Next(made, way)

    def _batch(self, size: int) -> Iterator[Next]:
        names = list(TRAITS)
        on = self._choose.random.sample(names, self._choose.integer(8, len(names) // 2))
        for number in range(_BATCH):
            way = self._ways[number % len(self._ways)]
            for _ in range(_TRIES):
                base = Sketch()
                if self._interesting and self._choose.chance(4):
                    base = self._choose.pick(self._interesting)
                chosen = self._choose.random.sample(on, min(len(on), self._choose.integer(1, size)))
                made = self._with(base, chosen)
                if _fits(made, way):
                    yield Next(made, way)
                    break

    def _with(self, sketch: Sketch, names: Sequence[str]) -> Sketch:
        for name in names:
            sketch = EVERY[name](self._choose, sketch)
        return mended(sketch)


def _fits(sketch: Sketch, way: Way) -> bool:
    return can_play(sketch, way.route.inbound, way.route.upstream, way.mode)

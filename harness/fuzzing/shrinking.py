"""Making a finding small: the smallest conversation that still shows the same rule on the same way.

The reducer knows what a conversation is made of, so that it leaves out a whole turn in one try where a shrinker of
bytes would take dozens, and it tries several smaller ones at a time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.fuzzing.reducing import smaller
from harness.generate.mending import mended

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.fuzzing.arena import Arena, Key, Seen, Way
    from harness.generate.sketch import Sketch

CONFIRMED: Final = 3
"""How often what is left is played in the end."""
_AT_A_TIME: Final = 6
_AGAIN: Final = 6
"""How often a conversation is played that showed it once and not again."""
_CROWD: Final = 12


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """A finding that is as small as it got.

    Args:
        sketch: What shows it.
        seen: The last play that showed it; None where it never showed again.
        shown: In how many of `CONFIRMED` plays it showed.
        tries: How many conversations were played for it.
        crowd: It shows only where others are played at the same time.
        is_smallest: Nothing more can be left out; else time or tries were spent.
    """

    sketch: Sketch
    seen: Seen | None
    shown: int
    tries: int
    crowd: bool = False
    is_smallest: bool = False


class Shrinker:
    """Makes one finding small.

    Args:
        arena: Plays.
        key: What is to be seen.
        way: On which way.
        left: Says how many seconds are left.
        most: The most tries.
        note: Told of every play, since other findings may show in it.
    """

    def __init__(
        self,
        arena: Arena,
        key: Key,
        way: Way,
        *,
        left: Callable[[], float],
        most: int = 400,
        note: Callable[[Sketch, Way, Seen], None],
    ) -> None:
        self._arena = arena
        self._key = key
        self._way = way
        self._left = left
        self._most = most
        self._note = note
        self._tries = 0
        self._repeats = 1
        self._crowd = 1
        self._last: Seen | None = None

    async def shrink(self, sketch: Sketch) -> Shrunk:
        """The smallest that shows it, confirmed."""
        begun = await self._beginning(sketch)
        if begun is None:
            return Shrunk(sketch=sketch, seen=None, shown=0, tries=self._tries)
        sketch = begun
        done = False
        best = self._last
        while not done and self._left() > 0 and self._tries < self._most:
            found = await self._step(sketch)
            done = found is None and self._left() > 0 and self._tries < self._most
            if found is not None:
                sketch, best = found
        shown = 0
        for _ in range(CONFIRMED):
            seen = await self._shows(sketch, once=True)
            if seen is not None:
                shown, best = shown + 1, seen
        return Shrunk(
            sketch=sketch, seen=best, shown=shown, tries=self._tries, crowd=self._crowd > 1, is_smallest=done
        )

    async def _beginning(self, sketch: Sketch) -> Sketch | None:
        """What is made smaller: what shows it again, alone, or only at times, or only among others."""
        if (
            await self._shows(sketch, once=True) is not None
            and await self._shows(sketch, once=True) is not None
        ):
            return sketch
        self._repeats = _AGAIN
        if await self._shows(sketch) is not None:
            return sketch
        self._repeats = 1
        among = mended(replace(sketch, behaviour="crosstalk", crowd=_CROWD))
        if self._way.mode == "stream" and await self._shows(among) is not None:
            return among
        self._crowd, self._repeats = _CROWD, 2
        return sketch if await self._shows(sketch) is not None else None

    async def _step(self, sketch: Sketch) -> tuple[Sketch, Seen] | None:
        """The first smaller one that shows it."""
        candidates = smaller(sketch)
        width = 2 if self._crowd > 1 or sketch.behaviour else _AT_A_TIME
        while batch := list(islice(candidates, width)):
            if self._left() <= 0 or self._tries >= self._most:
                return None
            results = await asyncio.gather(*map(self._shows, batch))
            for one, seen in zip(batch, results, strict=True):
                if seen is not None:
                    return one, seen
        return None

    async def _shows(self, sketch: Sketch, *, once: bool = False) -> Seen | None:
        for _ in range(1 if once else self._repeats):
            plays = [self._arena.play(sketch, self._way) for _ in range(self._crowd)]
            self._tries += 1
            for seen in await asyncio.gather(*plays):
                if seen is None:
                    return None
                self._note(sketch, self._way, seen)
                if self._key in seen.findings:
                    self._last = seen
                    return seen
        return None

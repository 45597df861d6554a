"""Whole conversations: what a client asks a gateway, and what the gateway's upstream answers.

```python
from hypothesis import given
from harness.generate import conversations

@given(conversations(inbound="responses", upstream="chat"))
def test_my_gateway(scenario): ...
```

A value is a `harness.scenarios.scenario.Scenario`, which a `Player` plays through a gateway and a voice says in four
dialects. They shrink to one request and one answer of one word, with no option set.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeVar

from hypothesis import strategies as st

from harness.errors import UnknownName, UsageError
from harness.generate.mending import mended
from harness.generate.reach import can_play
from harness.generate.sketch import Sketch
from harness.generate.traits import EVERY, TRAITS
from harness.translation.engine import INBOUND, UPSTREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.scenarios.scenario import Scenario
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

T = TypeVar("T")
_MOST = 6
_CHOICES = 8
"""Three traits of four make do with so many; see `Drawn.trait`."""


@cache
def _between(low: int, high: int) -> st.SearchStrategy[int]:
    """Made once: a conversation takes dozens of choices."""
    return st.integers(low, high)


class Drawn:
    """Makes choices as hypothesis does, which shrinks them to the first.

    Args:
        draw: Hypothesis' own.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._left = 0

    def integer(self, low: int, high: int) -> int:
        """A number, both ends included."""
        self._left -= 1
        return self._draw(_between(low, high))

    def pick(self, among: Sequence[T]) -> T:
        """One of several."""
        return among[self.integer(0, len(among) - 1)]

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.integer(0, one_in - 1) == one_in - 1

    @contextmanager
    def trait(self) -> Iterator[None]:
        """Make as many choices as most traits do, if need be of nothing.

        Hypothesis does not try a simpler trait where it would run out of choices.
        """
        self._left = _CHOICES
        yield
        while self._left > 0:
            self.integer(0, 0)


def conversations(
    *,
    inbound: InboundDialect | None = None,
    upstream: UpstreamDialect | None = None,
    mode: Literal["stream", "whole"] | None = None,
    traits: Collection[str] | None = None,
    max_traits: int = _MOST,
) -> st.SearchStrategy[Scenario]:
    """Conversations of a client and an upstream, with a gateway in between.

    Args:
        inbound: Only those that a client of this dialect can ask; None asks nothing.
        upstream: Only those that an upstream of this dialect can answer; None asks nothing.
        mode: Only those that can be streamed, or be asked for whole; None asks nothing.
        traits: What may be particular about them, by names of `harness.generate.traits.EVERY`: "call", "thought",
            "loop", "cut" and many others. None is everything but what takes the upstream seconds.
        max_traits: How many of these one conversation may have.

    Raises:
        UnknownName: There is no such dialect, mode or trait.
        UsageError: No conversation can be like that.
    """
    return sketches(inbound=inbound, upstream=upstream, mode=mode, traits=traits, max_traits=max_traits).map(
        _scenario
    )


def sketches(
    *,
    inbound: InboundDialect | None = None,
    upstream: UpstreamDialect | None = None,
    mode: Literal["stream", "whole"] | None = None,
    traits: Collection[str] | None = None,
    max_traits: int = _MOST,
) -> st.SearchStrategy[Sketch]:
    """The same as plain data; arguments as of `conversations`."""
    asked: tuple[tuple[str, str | None, Sequence[str]], ...] = (
        ("client dialect", inbound, INBOUND),
        ("upstream dialect", upstream, UPSTREAM),
        ("mode", mode, ("stream", "whole")),
    )
    for what, name, known in asked:
        if name is not None and name not in known:
            raise UnknownName(what, str(name), known)
    given: object = traits
    if isinstance(given, str) or not isinstance(given, Collection | None):
        raise UsageError(
            "traits are several names", where="traits", found=repr(traits), expected=f"[{str(traits)!r}]"
        )
    most: object = max_traits
    if isinstance(most, bool) or not isinstance(most, int) or most < 0:
        raise UsageError(
            f"max_traits={max_traits!r} cannot be meant",
            where="max_traits",
            expected="a whole number of 0 or more",
        )
    names = list(TRAITS if traits is None else dict.fromkeys(traits))
    for one in names:
        if one not in EVERY:
            raise UnknownName("trait", str(one), EVERY, where="traits")
    fitting = [name for name in EVERY if name in names and _fits_alone(name, inbound, upstream, mode)]
    if names and not fitting:
        raise UsageError(
            "no conversation with these traits can be played so",
            where="traits",
            found=", ".join(names),
            expected=" ".join(str(one) for one in (inbound, upstream and f"over {upstream}", mode) if one),
        )
    return _sketches(tuple(fitting), (inbound, upstream, mode), max_traits)


@st.composite
def _sketches(
    draw: st.DrawFn, names: tuple[str, ...], asked: tuple[str | None, str | None, str | None], most: int
) -> Sketch:
    choose = Drawn(draw)
    made = mended(Sketch())
    chosen = draw(st.lists(st.sampled_from(names), max_size=most, unique=True)) if names and most else []
    for name in chosen:
        with choose.trait():
            further = mended(EVERY[name](choose, made))
        # A trait that does not go with what is there, or with who asks, is left out.
        if _can(further, *asked):
            made = further
    return made


def _can(sketch: Sketch, inbound: str | None, upstream: str | None, mode: str | None) -> bool:
    asked: tuple[str, ...] = INBOUND if inbound is None else (inbound,)
    answered: tuple[str, ...] = UPSTREAM if upstream is None else (upstream,)
    modes = ("stream", "whole") if mode is None else (mode,)
    return any(can_play(sketch, one, other, how) for one in asked for other in answered for how in modes)


class _First:
    """The first of everything: what a trait is at its simplest."""

    def integer(self, low: int, high: int) -> int:
        del high
        return low

    def pick(self, among: Sequence[T]) -> T:
        return among[0]

    def chance(self, one_in: int) -> bool:
        del one_in
        return False


def _fits_alone(name: str, inbound: str | None, upstream: str | None, mode: str | None) -> bool:
    return _can(mended(EVERY[name](_First(), Sketch())), inbound, upstream, mode)


def _scenario(sketch: Sketch) -> Scenario:
    return sketch.scenario()

"""Which calls of one half have no like in the other, and how a message speaks of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.rules.translation.comparison import shortened

if TYPE_CHECKING:
    from harness.turn.turn import Call

_SHOWN = 3
"""Calls that a message describes."""


def arguments_agree(one: str, other: str) -> bool:
    """Whether two argument texts say the same; nothing at all is an empty object."""
    return one == other or _canonical(one) == _canonical(other)


def _canonical(text: str) -> str:
    if not text.strip():
        return "{}"
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except (ValueError, RecursionError):
        return text.strip()


def same(call: Call) -> tuple[str, str]:
    """What two calls that are alike have in common: the name, and what the arguments say."""
    return call.name, _canonical(call.arguments)


def odd_ones(here: list[Call], there: list[Call]) -> tuple[str, str, str]:
    """Which calls did not arrive, or arrived without having been made, with name, arguments and place.

    Returns:
        A clause for a message; what was expected; what was found in its place.
    """
    lost, extra = _without(there, here), _without(here, there)
    told = []
    if lost:
        told.append(f"{_shown(lost)} did not arrive")
    if extra:
        told.append(f"{_shown(extra)} {'was' if len(extra) == 1 else 'were'} not made upstream")
    return "; ".join(told), _shown(lost) or "no more calls", _shown(extra) or "nothing of it"


def _without(calls: list[Call], others: list[Call]) -> list[tuple[int, Call]]:
    """The calls, with their places, that have no like among the others."""
    left = [same(call) for call in others]
    odd = []
    for place, call in enumerate(calls):
        if (like := same(call)) in left:
            left.remove(like)
        else:
            odd.append((place, call))
    return odd


def _shown(calls: list[tuple[int, Call]]) -> str:
    shown = [f"call {place}, {call.name}({shortened(call.arguments)})" for place, call in calls[:_SHOWN]]
    more = len(calls) - _SHOWN
    return " and ".join([*shown, f"{more} more"] if more > 0 else shown)


def counted_calls(count: int) -> str:
    """So many calls, for the beginning of a sentence."""
    return "1 call" if count == 1 else f"{count or 'No'} calls"

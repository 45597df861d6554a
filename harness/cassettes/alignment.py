"""Which element of one sequence belongs to which of another, in time that grows with their length.

Strategy: equal ends are taken off first; what is left is cut at elements that occur once on both sides (their
longest run in the same order), and only the small pieces between go to difflib, whose cost is quadratic. A
piece that is still large is compared window by window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

Pair: TypeAlias = tuple[int | None, int | None]

_WINDOW = 256


def align(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[Pair]:
    """Pair the elements of two sequences, in order.

    Returns:
        Pairs of indices, each index once and both columns ascending. Equal elements are paired as far as the
        order allows; what lies between is paired by position, and None stands where one side has no element
        left.
    """
    pairs: list[Pair] = []
    start = _common(left, right, range(min(len(left), len(right))))
    most = min(len(left), len(right)) - start
    tail = _common(left, right, range(-1, -most - 1, -1))
    pairs += ((index, index) for index in range(start))
    pairs += _middle(left, right, (start, len(left) - tail), (start, len(right) - tail))
    pairs += zip(range(len(left) - tail, len(left)), range(len(right) - tail, len(right)), strict=True)
    return pairs


def _common(left: Sequence[Hashable], right: Sequence[Hashable], indices: range) -> int:
    for count, index in enumerate(indices):
        if left[index] != right[index]:
            return count
    return len(indices)


def _middle(
    left: Sequence[Hashable], right: Sequence[Hashable], ours: tuple[int, int], theirs: tuple[int, int]
) -> Iterator[Pair]:
    at, other = ours[0], theirs[0]
    for anchor, partner in [*_anchors(left, right, ours, theirs), (ours[1], theirs[1])]:
        yield from _between(left, right, (at, anchor), (other, partner))
        if anchor < ours[1]:
            yield anchor, partner
        at, other = anchor + 1, partner + 1


def _anchors(
    left: Sequence[Hashable], right: Sequence[Hashable], ours: tuple[int, int], theirs: tuple[int, int]
) -> list[tuple[int, int]]:
    """Elements that occur once on either side: the longest run of them that both sides have in one order."""
    here = Counter(left[index] for index in range(*ours))
    there = Counter(right[index] for index in range(*theirs))
    place = {right[index]: index for index in range(*theirs) if there[right[index]] == 1}
    candidates = [
        (index, place[left[index]])
        for index in range(*ours)
        if here[left[index]] == 1 and left[index] in place
    ]
    # Longest increasing subsequence of the right-hand indices (patience sorting).
    ends: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for number, (_, partner) in enumerate(candidates):
        spot = bisect_left(ends, partner)
        before.append(chain[spot - 1] if spot else -1)
        if spot == len(ends):
            ends.append(partner)
            chain.append(number)
        else:
            ends[spot] = partner
            chain[spot] = number
    run: list[tuple[int, int]] = []
    number = chain[-1] if chain else -1
    while number >= 0:
        run.append(candidates[number])
        number = before[number]
    return run[::-1]


def _between(
    left: Sequence[Hashable], right: Sequence[Hashable], ours: tuple[int, int], theirs: tuple[int, int]
) -> Iterator[Pair]:
    at, other = ours[0], theirs[0]
    while at < ours[1] or other < theirs[1]:
        stop, other_stop = min(at + _WINDOW, ours[1]), min(other + _WINDOW, theirs[1])
        whole = ours[1] - at <= _WINDOW * 2 and theirs[1] - other <= _WINDOW * 2
        if whole:
            stop, other_stop = ours[1], theirs[1]
        steps = SequenceMatcher(None, left[at:stop], right[other:other_stop], autojunk=False).get_opcodes()
        if not whole and any(step[0] == "equal" for step in steps):
            # What follows the last match may match in the next window.
            while steps[-1][0] != "equal":
                steps.pop()
        for _, from_left, to_left, from_right, to_right in steps:
            for offset in range(max(to_left - from_left, to_right - from_right)):
                one, two = from_left + offset, from_right + offset
                yield (at + one if one < to_left else None, other + two if two < to_right else None)
        at, other = at + steps[-1][2], other + steps[-1][4]

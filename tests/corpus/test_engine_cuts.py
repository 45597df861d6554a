"""Real streams that end too early, or come in other reads: the engine breaks no rule, and gives the same bytes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from harness.translation.engine import INBOUND, UPSTREAM
from tests.corpus.truncating import cuts, ends_too_well
from tests.corpus.upstream_answers import streams
from tests.judging import judged
from tests.translating import Translated, body_of, client_request, compared, run, translate

if TYPE_CHECKING:
    from pathlib import Path

    from harness.translation.profiles import UpstreamDialect

pytestmark = [pytest.mark.corpus, pytest.mark.thorough]

SAMPLES = {"chat": 85, "responses": 25, "gemini": 40, "anthropic": 50}
"""Streams of each dialect that are cut at every byte: 200."""
SHORT = {"chat": 2_500, "responses": 5_400, "gemini": 2_000, "anthropic": 2_000}
"""Bytes that they have at most: there are as many translations as bytes."""
LARGEST_RECUT = 60_000


@pytest.mark.parametrize("dialect", UPSTREAM)
def test_a_stream_that_ends_after_any_of_its_events_makes_the_engine_break_no_rule(
    corpus: Path, dialect: UpstreamDialect
) -> None:
    """Every way to an end that the corpus has, to the two dialects in turn; what was cut off is called no success."""
    seen: set[tuple[object, ...]] = set()
    wrong, counted = [], 0
    for answer in streams(corpus, dialect):
        requests = {target: client_request(answer.exchange, dialect, target) for target in INBOUND}
        for stop in cuts(answer, seen):
            counted += 1
            upstream = answer.cut(stop)
            check = judged(upstream, dialect)
            target = INBOUND[counted % 2]
            result = run(upstream, dialect, target, request=requests[target], check=check)
            wrong += [f"{answer.name} to {target} at {stop}: {line}" for line in complaints(result)]
    assert wrong == []
    assert counted > 200


@pytest.mark.no_cover  # it takes a third of the time, and no branch is taken in it alone
@pytest.mark.parametrize("dialect", UPSTREAM)
def test_a_stream_that_ends_at_any_byte_makes_the_engine_break_no_rule(
    corpus: Path, dialect: UpstreamDialect
) -> None:
    """Translated at every byte, to the one dialect at even places and to the other at odd; each answer is judged once.

    The same bytes out need no second judgement: of a cut in the middle of an event nothing is seen.
    """
    short = [one for one in streams(corpus, dialect) if 0 < len(one.body) <= SHORT[dialect]]
    sample = random.Random(f"every byte of {dialect}").sample(short, SAMPLES[dialect])
    wrong = []
    for answer in sample:
        requests = {target: client_request(answer.exchange, dialect, target) for target in INBOUND}
        known: set[tuple[str, bytes]] = set()
        for stop in range(len(answer.body) + 1):
            target = INBOUND[stop % 2]
            upstream = answer.cut(stop)
            translation = translate(upstream, dialect, target, request=requests[target])
            if (sent := (target, body_of(translation.exchange))) in known:
                continue
            known.add(sent)
            checks = compared(translation.exchange, target, upstream, judged(upstream, dialect))
            found = complaints(Translated(translation, *checks))
            wrong += [f"{answer.name} to {target} at {stop}: {line}" for line in found]
    assert wrong == []


def complaints(result: Translated) -> list[str]:
    """What the engine is blamed for, and a success where upstream had none; nothing is excused as ambiguous."""
    told = [f"{one.severity} {one.rule}: {one.message} ({one.where})" for one in result.held]
    return [*told, *filter(None, [ends_too_well(result)])]


@pytest.mark.no_cover
@pytest.mark.parametrize("dialect", UPSTREAM)
def test_the_same_bytes_come_out_however_the_stream_is_cut_into_reads(
    corpus: Path, dialect: UpstreamDialect
) -> None:
    """At once, in random reads, and byte by byte where it is short."""
    draw = random.Random(f"reads of {dialect}")
    wrong = []
    for answer in streams(corpus, dialect):
        size = len(answer.body)
        if not 0 < size <= LARGEST_RECUT:
            continue
        target = draw.choice(INBOUND)
        request = client_request(answer.exchange, dialect, target)
        expected = body_of(translate(answer.exchange, dialect, target, request=request).exchange)
        for borders in readings(size, draw):
            recut = answer.cut(*borders)
            if body_of(translate(recut, dialect, target, request=request).exchange) != expected:
                wrong.append(f"{answer.name} to {target}: {len(borders)} reads give other bytes")
    assert wrong == []


def readings(size: int, draw: random.Random) -> list[list[int]]:
    """Places at which a body of that many bytes is cut."""
    few = [sorted({*(draw.randrange(1, size + 1) for _ in range(count)), size}) for count in (0, 1, 3, 40)]
    return [*few, list(range(1, size + 1))] if size <= 4_000 else few

"""A recording that is sealed is the cassette that would have been written directly, however exchanges overlap."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.exchange import Cassette, Exchange
from harness.cassettes.recording import ExchangeRecording, Recording
from harness.cassettes.sealing import read_part
from tests import taped

holds = st.lists(st.integers(0, 40), max_size=10)


def steps(exchange: Exchange) -> int:
    """How many events a recorder hears of an exchange: request, head, chunks, end."""
    return 2 if exchange.response is None else 3 + len(tuple(exchange.response.chunks))


def play(exchange: Exchange, step: int, take: ExchangeRecording) -> None:
    """Tell the recorder what happens at one step after the request."""
    response = exchange.response
    if step == steps(exchange) - 1:
        take.end(exchange.ending, () if response is None else response.trailers)
    elif response is not None and step == 1:
        take.respond(response, response.at_us)
    elif response is not None:
        chunk = tuple(response.chunks)[step - 2]
        take.chunk(chunk.data, chunk.at_us)


def record(exchanges: list[Exchange], order: list[int], redactor: taped.Holding) -> tuple[bytes, list[int]]:
    """Record exchanges in the given order of steps; gives the part file, and which began when."""
    rows: list[bytes] = []
    recording = Recording(taped.HEAD, redactor=redactor, detector=taped.Blind(), sink=rows.append)
    takes: dict[int, ExchangeRecording] = {}
    done: Counter[int] = Counter()
    for which in order:
        exchange = exchanges[which]
        if which in takes:
            play(exchange, done[which], takes[which])
        else:
            takes[which] = recording.begin(exchange.request, exchange.at_us)
        done[which] += 1
    assert not recording.refusals
    return b"".join(rows), list(takes)


@st.composite
def overlapping(draw: st.DrawFn) -> tuple[list[Exchange], list[int]]:
    """Exchanges, and an order of their steps."""
    exchanges = [
        replace(item, redactions=()) for item in draw(st.lists(taped.exchanges, min_size=1, max_size=3))
    ]
    order = [index for index, item in enumerate(exchanges) for _ in range(steps(item))]
    return exchanges, draw(st.permutations(order))


@given(overlapping(), holds)
def test_a_sealed_recording_is_the_cassette_itself(
    overlap: tuple[list[Exchange], list[int]], held: list[int]
) -> None:
    """Chunks that wait for the redactor come back whole, with the boundaries and times they had."""
    exchanges, order = overlap
    part, began = record(exchanges, order, taped.Holding(held))
    direct = Cassette(taped.HEAD, [exchanges[which] for which in began])
    sealed = read_part(MemoryLines(part))

    assert taped.written(sealed.cassette) == taped.written(direct)
    assert (sealed.open, sealed.torn) == (0, 0)


@given(overlapping(), st.integers(1, 4), st.integers(0, 300))
def test_how_runs_of_chunks_are_noted_changes_nothing(
    overlap: tuple[list[Exchange], list[int]], max_runs: int, gap: int
) -> None:
    """Joining the runs of many concurrent streams, to save memory, leaves every stream as it was."""
    exchanges, order = overlap
    part, _ = record(exchanges, order, taped.Holding())
    exact = read_part(MemoryLines(part), gap=0)
    joined = read_part(MemoryLines(part), gap=gap, max_runs=max_runs)

    assert taped.written(joined.cassette) == taped.written(exact.cassette)


@given(overlapping(), holds, st.data())
def test_a_recording_cut_off_anywhere_keeps_what_was_whole(
    overlap: tuple[list[Exchange], list[int]], held: list[int], data: st.DataObject
) -> None:
    """Every exchange that had ended is complete; of an open one a prefix of its bytes is there."""
    exchanges, order = overlap
    part, began = record(exchanges, order, taped.Holding(held))
    head = part.index(b"\n") + 1
    cut = data.draw(st.integers(head, len(part)))
    kept = part[:cut]
    found = read_part(MemoryLines(kept))
    recovered = taped.loaded(found.cassette)

    assert found.torn == cut - kept.rindex(b"\n") - 1
    assert taped.loaded(taped.read(taped.written(found.cassette))) == recovered
    for exchange, original in zip(recovered, [exchanges[which] for which in began], strict=False):
        if b'{"k":"end","i":%d,' % exchange.index in kept[: kept.rindex(b"\n")]:
            assert replace(exchange, index=original.index) == original
            continue
        assert exchange.ending.how == "recorder_crash"
        assert exchange.request == original.request
        if exchange.response is not None and original.response is not None:
            assert original.response.body().startswith(exchange.response.body())

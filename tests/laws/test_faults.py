from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.faults.events import EventFault
from harness.faults.mutation import Mutation
from harness.faults.registry import faults, parse_fault
from harness.faults.wire import blocks_of, joined
from tests.conforming import ALL

if TYPE_CHECKING:
    from harness.faults.fault import Fault

pytestmark = pytest.mark.thorough

NAMES = sorted(name for name, fault in faults().items() if not issubclass(fault, Mutation))
MUTATIONS = sorted(name for name, fault in faults().items() if issubclass(fault, Mutation))
URLS = ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1beta/models/m:streamGenerateContent"]
HEADERS = [
    (),
    (("content-type", "text/event-stream"), ("content-length", "9")),
    (("content-encoding", "gzip"),),
    (("content-type", "application/json"),),
]

texts = st.sampled_from(
    [
        b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
        b'event: x\ndata: {"type":"response.completed","t":"\xc3\xa9\xe2\x82\xac"}\n\n',
        b'data: {"a":[1,2,{"b":"c,d"}]}\r\n\r\n',
        b"data: [DONE]\n\n",
        b": ping\n\n",
        b"\n",
        b"data:x\rdata: y\r\r",
        b"data: unfinished",
        b"\xef\xbb\xbf",
    ]
)
conforming = sorted(
    {block.data for one in ALL.values() if one.response for block in blocks_of(one.response.chunks)}
)
pieces = st.lists(texts | st.sampled_from(conforming) | st.binary(max_size=12), max_size=10).map(b"".join)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Chunk, ...]:
    """A body of likely and unlikely bytes, cut anywhere, also into empty chunks."""
    body = draw(pieces)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=6)))
    times = draw(st.lists(st.integers(0, 10**7), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
    spans = pairwise((0, *cuts, len(body)))
    return tuple(
        Chunk(at_us, body[start:stop]) for at_us, (start, stop) in zip(sorted(times), spans, strict=True)
    )


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """An exchange with any body, encoding and ending, and sometimes without a response."""
    headers = draw(st.sampled_from(HEADERS))
    response = draw(st.none() | st.builds(Response, st.just(200), st.just(headers), bodies()))
    ending = Ending(draw(st.sampled_from(How)), 10**7)
    return Exchange(draw(st.integers(0, 3)), Request("POST", draw(st.sampled_from(URLS))), response, ending)


@st.composite
def settings_of(draw: st.DrawFn, name: str) -> Fault:
    """The fault with its place given, or left to a seed."""
    known = {one.name for one in faults()[name].parameters()}
    unit = draw(st.sampled_from([None, *(known & {"byte", "chunk", "event", "character", "which"})]))
    place = f":{unit}={draw(st.integers(-6, 6))}" if unit else ""
    return parse_fault(f"{name}{place}@{draw(st.integers(0, 50))}")


def outcome(fault: Fault, exchange: Exchange) -> tuple[object, ...]:
    """All that a replay gives a client under this fault."""
    after = fault.apply(exchange)
    response = after.response
    if response is None:
        return (after.ending, None)
    schedule = list(fault.delay(response.chunks, exchange))
    return (after.ending, response.status, response.headers, list(response.chunks), schedule)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_fault_does_the_same_every_time_and_never_raises(name: str, data: st.DataObject) -> None:
    """Whatever the bytes are, two faults of one text do the same, and reading a body twice gives it twice."""
    _repeats_itself(data.draw(exchanges()), data.draw(settings_of(name)))


@pytest.mark.parametrize("name", MUTATIONS)
@settings(max_examples=15)
@given(data=st.data())
def test_a_mutation_does_the_same_every_time_and_never_raises(name: str, data: st.DataObject) -> None:
    """The same for faults of what events say, which are many and alike."""
    exchange, fault = data.draw(exchanges()), data.draw(settings_of(name))

    _repeats_itself(exchange, fault)
    _agrees_with_itself(exchange, fault)


def _repeats_itself(exchange: Exchange, fault: Fault) -> None:
    assert outcome(fault, exchange) == outcome(parse_fault(str(fault)), exchange)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_fault_that_does_not_apply_changes_nothing(name: str, data: st.DataObject) -> None:
    """`applies` and `apply` agree, and a fault that applies has an effect on bytes, head, ending or times."""
    _agrees_with_itself(data.draw(exchanges()), data.draw(settings_of(name)))


def _agrees_with_itself(exchange: Exchange, fault: Fault) -> None:
    after = fault.apply(exchange)
    if not fault.applies(exchange):
        assert after is exchange
    elif after is exchange:
        assert fault.needs == ("times",)
    elif exchange.response is not None and after.response is not None and fault.name != "swap":
        # Two equal neighbours change places without a trace.
        assert (list(after.response.chunks), after.response.headers, after.response.status, after.ending) != (
            list(exchange.response.chunks), exchange.response.headers, exchange.response.status, exchange.ending,
        )  # fmt: skip


@given(bodies())
def test_blocks_joined_are_the_body_in_its_chunks(body: tuple[Chunk, ...]) -> None:
    """Splitting into events and joining again moves no boundary; only reads of no bytes are left out."""
    assert list(joined(blocks_of(body))) == [chunk for chunk in body if chunk.data]


@pytest.mark.parametrize("name", ["drop", "repeat", "swap"])
@given(data=st.data())
def test_an_event_edit_keeps_all_other_events(name: str, data: st.DataObject) -> None:
    """Byte for byte, and in their order."""
    body = data.draw(bodies())
    exchange = Exchange(0, Request("POST", URLS[0]), Response(200, (), body), Ending(How.COMPLETE))
    fault = data.draw(settings_of(name))
    assert isinstance(fault, EventFault)
    target = fault.target(exchange)
    response = fault.apply(exchange).response
    assert response is not None
    before = [block.data for block in blocks_of(body)]
    expected = list(before)
    if target is not None:
        if name == "drop":
            del expected[target]
        elif name == "repeat":
            expected.insert(target, before[target])
        else:
            expected[target : target + 2] = reversed(expected[target : target + 2])

    assert response.body() == b"".join(expected)


@pytest.mark.parametrize("name", ["stall", "slow", "late_headers", "split_character"])
@given(data=st.data())
def test_a_fault_of_times_keeps_every_byte(name: str, data: st.DataObject) -> None:
    """And never makes a piece due before the one in front of it, or before the pace says."""
    body = data.draw(bodies())
    exchange = Exchange(0, Request("POST", URLS[0]), Response(200, (), body), Ending(How.COMPLETE))
    fault = data.draw(settings_of(name))
    response = fault.apply(exchange).response
    assert response is not None
    schedule = list(fault.delay(response.chunks, exchange))
    earliest = [chunk.at_us for chunk in body for _ in chunk.data]
    due = [chunk.at_us for chunk in schedule for _ in chunk.data]

    assert b"".join(chunk.data for chunk in schedule) == b"".join(chunk.data for chunk in body)
    assert all(left <= right for left, right in pairwise(chunk.at_us for chunk in schedule))
    assert all(early <= late for early, late in zip(earliest, due, strict=True))

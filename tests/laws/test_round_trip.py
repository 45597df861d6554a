"""Whatever is replayed and recorded again is what it was: bytes, boundaries, head, ending."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import httpx2
from hypothesis import given
from hypothesis import strategies as st

import harness
from harness.cassettes.exchange import Ending, Exchange, How, Request, Response
from harness.cassettes.redaction.redactor import Redactor
from tests import taped
from tests.rerecording import LEAVES, chunks_of, rerecord, rows_without_times

if TYPE_CHECKING:
    from types import ModuleType

EXCEPTIONS = {
    How.SERVER_CUT: ["RemoteProtocolError", None],
    How.RESET: ["ReadError", "WriteError", "ConnectError", None],
    How.TIMEOUT: ["ReadTimeout", "WriteTimeout", "ConnectTimeout", "PoolTimeout", None],
}
messages = st.none() | st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=20)


@st.composite
def endings(draw: st.DrawFn) -> Ending:
    """An ending with an exception that a client can have met."""
    # A recorder's crash cannot be recorded: what replays it is a cut.
    how = draw(st.sampled_from([how for how in How if how is not How.RECORDER_CRASH]))
    exception = draw(st.sampled_from(EXCEPTIONS.get(how, [None])))
    return Ending(how, draw(taped.times), exception, None if exception is None else draw(messages))


requests = st.builds(
    lambda method, path, fields, body: Request(
        method,
        f"https://api.example/{path}",
        (("host", "api.example"), *fields, ("content-length", str(len(body)))),
        body,
    ),
    st.sampled_from(["GET", "POST", "PUT"]),
    st.text("abc/", max_size=8).map(lambda path: path.lstrip("/")),
    taped.header_fields,
    taped.contents,
)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """An exchange as a client without trailers sees it, without empty reads that a leaving client missed."""
    ending = draw(endings())
    response: Response | None = replace(draw(taped.responses()), trailers=())
    if response is not None and ending.how in LEAVES:
        chunks = list(response.chunks)
        while chunks and not chunks[-1].data:
            chunks.pop()
        response = replace(response, chunks=tuple(chunks))
    if ending.how in EXCEPTIONS and draw(st.integers(0, 9)) == 0:
        response = None
    return Exchange(0, draw(requests), response, ending)


@st.composite
def sessions(draw: st.DrawFn, *, cancelled: bool) -> tuple[Exchange, ...]:
    """A few exchanges in one cassette, where equal requests are repeats in order."""
    some = draw(st.lists(exchanges(), min_size=1, max_size=4))
    return tuple(
        replace(exchange, index=index)
        for index, exchange in enumerate(
            exchange for exchange in some if cancelled or exchange.ending.how is not How.CANCELLED
        )
    )


def assert_round_trip(played: tuple[Exchange, ...], module: ModuleType, *, asynchronous: bool) -> None:
    """Record the replay of a cassette, and the replay of that."""
    if not played:
        return
    with tempfile.TemporaryDirectory() as name:
        first, second, third = (Path(name) / f"{number}.cassette.jsonl" for number in range(3))
        harness.write_cassette(taped.cassette(*played), first)
        received = rerecord(first, second, module, asynchronous=asynchronous)
        recorded = harness.read_cassette(second).exchanges
        assert received == [[data for data in chunks_of(it) if data] for it in played]
        assert len(recorded) == len(played)
        redactor = Redactor()
        for ours, theirs in zip(recorded, played, strict=True):
            assert ours.request == redactor.request(theirs.request)[0]
            assert ours.ending.how is theirs.ending.how
            assert (ours.response is None) == (theirs.response is None)
            if ours.response is not None and theirs.response is not None:
                assert (ours.response.status, ours.response.reason) == (
                    theirs.response.status,
                    theirs.response.reason,
                )
                assert ours.response.headers == redactor.headers(theirs.response.headers, "")[0]
                assert ours.response.http_version == theirs.response.http_version
                assert chunks_of(ours) == chunks_of(theirs)
            if theirs.ending.exception is not None:
                assert ours.ending.exception == theirs.ending.exception
                if theirs.ending.message is not None:
                    assert ours.ending.message == theirs.ending.message

        rerecord(second, third, module, asynchronous=asynchronous)
        assert rows_without_times(third) == rows_without_times(second)
        harness.write_cassette(harness.read_cassette(second), first)
        assert first.read_bytes() == second.read_bytes()


@given(sessions(cancelled=False), st.sampled_from([httpx, httpx2]))
def test_a_replay_that_is_recorded_is_what_was_replayed(
    played: tuple[Exchange, ...], module: ModuleType
) -> None:
    """Sync clients of both modules."""
    assert_round_trip(played, module, asynchronous=False)


@given(sessions(cancelled=True), st.sampled_from([httpx, httpx2]))
def test_a_replay_that_is_recorded_through_an_async_client_is_what_was_replayed(
    played: tuple[Exchange, ...], module: ModuleType
) -> None:
    """Async clients of both modules, cancelled where the first one was."""
    assert_round_trip(played, module, asynchronous=True)

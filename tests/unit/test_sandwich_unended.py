"""A client that gave up: whose doing that was is told by when its upstream ended."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.results.result import CellStatus
from harness.sandwich.behaviours import judged, together
from harness.sandwich.session import Mode, Played, Route, Side
from harness.sandwich.unended import unended
from harness.scenarios.registry import scenario

ROUTE = Route(name="chat", base_url="http://127.0.0.1:1/v1", model="m", inbound="chat", upstream="chat")
REQUEST = Request(
    "POST",
    "http://127.0.0.1:1/v1/chat/completions",
    (("content-type", "application/json"),),
    b'{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}',
)
CHUNK = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
    b'"delta":{"role":"assistant","content":"hi"},"finish_reason":null,"logprobs":null}]}\n\n'
)
LAST = CHUNK.replace(
    b'"delta":{"role":"assistant","content":"hi"},"finish_reason":null', b'"delta":{},"finish_reason":"stop"'
)
DONE = b"data: [DONE]\n\n"


def side(
    *pieces: bytes,
    how: How = How.COMPLETE,
    ended: int = 5,
    at_ms: float = 0.0,
    left_ms: float | None = None,
    kind: str = "text/event-stream",
) -> Side:
    """One exchange that ended so many milliseconds after it began; without pieces nothing came."""
    chunks = tuple(Chunk(number * 1_000, one) for number, one in enumerate(pieces))
    response = Response(200, (("content-type", kind),), chunks) if pieces else None
    return Side(
        exchange=Exchange(0, REQUEST, response, Ending(how, ended * 1_000)),
        index=0,
        at_ms=at_ms,
        left_ms=left_ms,
    )


WHOLE = side(CHUNK, LAST, DONE)


def played(
    mine: Side | tuple[Side, ...],
    *theirs: Side,
    name: str = "text-plain",
    alone: bool = False,
    mode: Mode = "stream",
) -> Played:
    """A session."""
    return Played(
        cell="tiny/chat/x/stream",
        scenario=scenario(name),
        route=replace(ROUTE, alone=alone),
        mode=mode,
        client=mine if isinstance(mine, tuple) else (mine,),
        upstream=theirs,
    )


@pytest.mark.parametrize(
    ("pieces", "awaited"),
    [
        ((CHUNK,), "the event that ends the stream"),
        ((CHUNK, LAST, DONE), "the end of the body"),
        ((), "the head of an answer"),
    ],
    ids=["amid the stream", "behind [DONE]", "before the head"],
)
def test_a_stream_that_never_ends_failed_and_says_what_was_waited_for(
    pieces: tuple[bytes, ...], awaited: str
) -> None:
    """Its upstream had ended long before."""
    found = judged(played(side(*pieces, how=How.TIMEOUT, ended=4_000), WHOLE))
    assert found.status is CellStatus.FAILED
    assert found.reason is not None
    assert found.reason.startswith("it hung: for 4 s, until the client gave up, ")
    assert awaited in found.reason


def test_a_whole_answer_that_stops_in_the_middle_failed() -> None:
    """Half of a JSON object came, and nothing more."""
    half = side(b'{"id": "c", ', how=How.TIMEOUT, ended=4_000, kind="application/json")
    found = unended(played(half, WHOLE, mode="whole"))
    assert found is not None
    assert found[0] is CellStatus.FAILED
    assert "the rest of the body" in found[1]


@pytest.mark.parametrize("how", [How.SERVER_CUT, How.RESET], ids=["cut", "reset"])
def test_an_upstream_that_broke_off_has_ended_too(how: How) -> None:
    """Whoever waits on for it waits for nobody."""
    found = unended(played(side(CHUNK, how=How.TIMEOUT, ended=4_000), side(CHUNK, how=how)))
    assert found is not None
    assert found[0] is CellStatus.FAILED


def test_an_upstream_that_was_left_long_before_is_waited_for_no_more() -> None:
    """The target gave up by itself, and did not tell its client."""
    theirs = side(CHUNK, how=How.CLIENT_CLOSE, ended=1_000, left_ms=1_000.0)
    found = unended(played(side(CHUNK, how=How.TIMEOUT, ended=4_000), theirs))
    assert found is not None
    assert (found[0], "it had left its upstream" in found[1]) == (CellStatus.FAILED, True)


@pytest.mark.parametrize(
    "theirs",
    [side(CHUNK, how=How.CANCELLED), side(CHUNK, how=How.CLIENT_CLOSE, ended=3_900, left_ms=3_900.0)],
    ids=["under way still", "left with the client"],
)
def test_a_target_that_waits_for_its_upstream_is_not_to_blame(theirs: Side) -> None:
    """Where silence is what is played, that is all there is to see; elsewhere nothing was seen to its end."""
    mine = side(CHUNK, how=How.TIMEOUT, ended=4_000)
    assert unended(played(mine, theirs, name="transport-silence")) is None
    found = unended(played(mine, theirs))
    assert found is not None
    assert found[0] is CellStatus.NOT_EXERCISED


def test_a_target_is_given_time_to_end_in() -> None:
    """Its upstream took nearly all the time that there was."""
    found = judged(played(side(CHUNK, how=How.TIMEOUT, ended=4_000), side(CHUNK, LAST, DONE, ended=3_000)))
    assert found.status is CellStatus.NOT_EXERCISED
    assert found.reason is not None
    assert "had been over for 1 s only" in found.reason


def test_a_target_that_has_just_given_up_a_silent_upstream_is_not_to_blame() -> None:
    """It was about to say so."""
    theirs = side(CHUNK, how=How.CLIENT_CLOSE, ended=3_000, left_ms=3_000.0)
    mine = side(CHUNK, how=How.TIMEOUT, ended=4_000)
    assert unended(played(mine, theirs, name="transport-silence")) is None


def test_what_rules_have_found_is_not_excused_by_a_lack_of_time() -> None:
    """Half an answer can be wrong as well."""
    wrong = side(b"data: {no json\n\n", CHUNK, how=How.TIMEOUT, ended=4_000)
    found = judged(played(wrong, side(CHUNK, LAST, DONE, ended=3_000)))
    assert found.status is CellStatus.FAILED


def test_the_second_turn_is_looked_at_as_well() -> None:
    """A client that runs a tool and asks again is left without an answer."""
    first, second = side(CHUNK, LAST, DONE), side(how=How.TIMEOUT, ended=4_000, at_ms=100.0)
    again = side(CHUNK, LAST, DONE, at_ms=101.0)
    found = unended(played((first, second), WHOLE, again, name="tool-loop"))
    assert found is not None
    assert found[0] is CellStatus.FAILED


def test_of_a_target_without_our_upstream_nobody_knows_what_it_waited_for() -> None:
    """A model may have been at work."""
    mine = side(CHUNK, how=How.TIMEOUT, ended=4_000)
    silent = side(how=How.TIMEOUT, ended=4_000)
    statuses = [
        found[0] if (found := unended(played(one, alone=True))) is not None else None
        for one in (mine, silent, WHOLE)
    ]
    assert statuses == [CellStatus.NOT_EXERCISED, CellStatus.HARNESS_FAULT, None]


def test_an_answer_that_the_target_made_up_itself_says_nothing_where_it_never_ends() -> None:
    """It asked no upstream, so that nothing is known of what it had to say."""
    found = unended(played(side(CHUNK, how=How.TIMEOUT, ended=4_000)))
    assert found is not None
    assert found[0] is CellStatus.NOT_EXERCISED


def test_an_answer_without_an_end_failed_however_soon_it_was_too_much() -> None:
    """Sixteen megabytes come in less time than an upstream takes; a recording may really hold as much."""
    endless = side(CHUNK, how=How.TIMEOUT, ended=4_000)
    ending = replace(endless.exchange.ending, exception="EndlessBody", message="16 bytes came, and no end")
    endless = replace(endless, exchange=replace(endless.exchange, ending=ending))
    session = played(endless, side(CHUNK, LAST, DONE, ended=3_900))
    assert judged(session).status is CellStatus.FAILED
    assert judged(session).reason == "its answer had no end: 16 bytes came, and no end"
    recorded = replace(session.scenario, recorded=(WHOLE.exchange,))
    assert unended(replace(session, scenario=recorded)) is None


def test_the_second_of_two_sessions_is_looked_at_as_well() -> None:
    """A whole answer that says all there is to say, and whose body never ends."""
    said = {"role": "assistant", "content": "hi", "refusal": None}
    head = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    choice = {"index": 0, "message": said, "finish_reason": "stop", "logprobs": None}
    body = json.dumps({**head, "choices": [choice]}).encode()
    plain = "application/json"
    name = "behaviour-whole-is-fold"
    streamed = played(WHOLE, WHOLE, name=name)
    hung = played(side(body, how=How.TIMEOUT, ended=9_000, kind=plain), side(body, kind=plain), name=name)
    found = judged(together([streamed, replace(hung, mode="whole")]))
    assert found.status is CellStatus.FAILED
    assert (found.reason or "").startswith("it hung: for 9 s")

"""Law: every recording is found, in order, by every session, whatever the others do."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.exchange import Ending, Exchange, How, Request
from harness.cassettes.matching import Deck, MatchPolicy
from harness.cassettes.matching.ids import shape

if TYPE_CHECKING:
    from pathlib import Path

IDS = st.sampled_from(["1", "call_aaaa", "call_bbbb", "call_cccc"])
TURNS = st.lists(
    st.builds(
        lambda name, text: {"call_id": name, "output": text.format(name)},
        IDS,
        st.sampled_from(["x", "y", "the answer to {}"]),
    ),
    max_size=3,
)
BODIES = st.builds(lambda turns, model: {"model": model, "input": turns}, TURNS, st.sampled_from(["m", "n"]))
DECKS = st.lists(BODIES, min_size=1, max_size=8)


def _request(body: Any) -> Request:
    return Request("POST", "http://h/v1/responses", (), json.dumps(body).encode())


def _deck(bodies: list[Any], policy: MatchPolicy | None = None) -> Deck:
    return Deck(
        [Exchange(index, _request(body), None, Ending(How.COMPLETE)) for index, body in enumerate(bodies)],
        policy=policy or MatchPolicy(),
    )


def _renamed(body: Any, prefix: str) -> Any:
    text = json.dumps(body)
    for name in ("call_aaaa", "call_bbbb", "call_cccc"):
        text = text.replace(name, prefix + name)
    return json.loads(text.replace('"call_id": "1"', f'"call_id": "{prefix}1"'))


@given(bodies=DECKS, data=st.data())
def test_every_recorded_request_finds_itself_in_order_in_any_interleaving(
    bodies: list[Any], data: st.DataObject
) -> None:
    """Three sessions, each sending everything in its own order: each request gets its nth recording."""
    deck = _deck(bodies)
    players = [deck.session(str(number)) for number in range(3)]
    orders = [data.draw(st.permutations(bodies)) for _ in players]
    script = data.draw(st.permutations([number for number in range(3) for _ in bodies]))
    asked: list[Counter[str]] = [Counter() for _ in players]
    at = [0, 0, 0]
    for number in script:
        body = orders[number][at[number]]
        at[number] += 1
        text = json.dumps(body)
        recordings = [index for index, recorded in enumerate(bodies) if recorded == body]

        assert players[number].find(_request(body)).index == recordings[asked[number][text]]
        asked[number][text] += 1
    assert deck.unplayed() == []
    assert [deck.played(index) for index in range(len(deck))] == [3] * len(bodies)


@given(
    bodies=DECKS,
    live=st.lists(st.tuples(st.booleans(), BODIES, st.sampled_from(["", "p", "q"])), max_size=12),
)
def test_sessions_never_influence_each_other(bodies: list[Any], live: list[tuple[bool, Any, str]]) -> None:
    """What a session is answered is what it would be answered alone, misses and new ids included."""
    together = _deck(bodies)
    players = {True: together.session("one"), False: together.session("two")}
    alone = {True: _deck(bodies).session("one"), False: _deck(bodies).session("two")}
    for which, body, prefix in live:
        request = _request(_renamed(body, prefix))
        shared, own = players[which].try_find(request), alone[which].try_find(request)

        assert (shared and shared.index) == (own and own.index)
        assert str(players[which].miss(request)) == str(alone[which].miss(request))


@given(bodies=DECKS)
def test_a_session_with_ids_of_its_own_is_answered_in_order(bodies: list[Any]) -> None:
    """A client that renames every id consistently gets the same recordings as the recording client."""
    player = _deck(bodies).session()

    assert [player.find(_request(_renamed(body, "live_"))).index for body in bodies] == list(
        range(len(bodies))
    )


@given(bodies=DECKS, order=st.lists(BODIES, max_size=10))
def test_a_recorded_id_never_leads_to_another_conversation(bodies: list[Any], order: list[Any]) -> None:
    """A request made of recorded ids alone is answered by an equal recording, or not at all."""
    player = _deck(bodies, MatchPolicy(repeats="cycle")).session()
    recorded = {item["call_id"] for body in bodies for item in body["input"]}
    for body in order:
        if all(item["call_id"] in recorded for item in body["input"]):
            found = player.try_find(_request(body))

            assert (found is not None) is (body in bodies)
            if found is not None:
                assert bodies[found.index] == body


def _corpus_requests(corpus: Path) -> list[Any]:
    """The bodies of all recorded requests, each once, so that every one can be told from the others."""
    bodies: dict[str, Any] = {}
    for path in sorted(corpus.glob("**/*.json")):
        body = json.loads(path.read_text(encoding="utf-8")).get("request")
        if isinstance(body, dict):
            bodies.setdefault(json.dumps(shape(body).value, sort_keys=True), body)
    return list(bodies.values())


@pytest.mark.corpus
def test_real_requests_are_found_however_they_are_written_and_whatever_their_ids(corpus: Path) -> None:
    """Requests of many clients and providers: each finds itself, indented, and with all its ids made anew."""
    bodies = _corpus_requests(corpus)
    as_they_are, with_new_ids = _deck(bodies).session(), _deck(bodies).session()

    for index, body in enumerate(bodies):
        spelt = json.dumps(body, indent=1)
        for name in sorted(shape(body).ids, key=len, reverse=True):
            spelt = re.sub(rf"(?<![A-Za-z0-9_-]){re.escape(name)}(?![A-Za-z0-9_-])", f"live_{name}", spelt)

        assert as_they_are.find(_request(body)).index == index
        assert with_new_ids.find(Request("POST", "http://h/v1/responses", (), spelt.encode())).index == index

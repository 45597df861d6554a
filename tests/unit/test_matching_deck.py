from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Redaction, Request, Response
from harness.cassettes.matching import Deck, MatchPolicy, Stack
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import MissError

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://api.openai.com/v1/responses"


def _request(text: str, url: str = URL) -> Request:
    return Request("POST", url, (), json.dumps({"input": text}).encode())


def _exchange(index: int, text: str) -> Exchange:
    return Exchange(index, _request(text), Response(200), Ending(How.COMPLETE))


def _deck(*texts: str, policy: MatchPolicy | None = None, sources: tuple[str, ...] = ()) -> Deck:
    exchanges = [_exchange(index, text) for index, text in enumerate(texts)]
    return Deck(exchanges, policy=policy or MatchPolicy(), sources=sources)


def test_repeats_are_played_in_the_order_in_which_they_were_recorded() -> None:
    """The nth of equal requests gets the nth recording, whatever comes between."""
    player = _deck("a", "b", "a", "a").session()

    assert [player.find(_request(text)).index for text in "aabaa"[:4]] == [0, 2, 1, 3]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("a", "the only recording of this POST /v1/responses has been played"),
        ("aa", "all 2 recordings of this POST /v1/responses have been played"),
    ],
)
def test_one_request_too_many_is_a_miss_that_says_so(texts: str, message: str) -> None:
    """No recording is silently played again."""
    player = _deck(*texts, "b").session()
    for text in texts:
        player.find(_request(text))

    with pytest.raises(MissError) as caught:
        player.find(_request("a"))

    assert caught.value.message == message
    assert caught.value.hint is not None
    assert "repeats='last'" in caught.value.hint


@pytest.mark.parametrize(("rule", "indices"), [("last", [0, 2, 2, 2, 2]), ("cycle", [0, 2, 0, 2, 0])])
def test_a_policy_may_play_recordings_again(rule: str, indices: list[int]) -> None:
    """`last` stays at the last one, `cycle` starts over."""
    policy = MatchPolicy(repeats="last") if rule == "last" else MatchPolicy(repeats="cycle")
    deck = _deck("a", "b", "a", policy=policy)
    player = deck.session()

    assert [player.find(_request("a")).index for _ in range(5)] == indices
    assert deck.played(0) + deck.played(2) == 5


def test_sessions_do_not_see_each_others_position() -> None:
    """Each session plays the deck from its beginning."""
    deck = _deck("a", "a")
    one, two = deck.session("one"), deck.session("two")

    assert [one.find(_request("a")).index, one.find(_request("a")).index] == [0, 1]
    assert two.find(_request("a")).index == 0
    assert deck.session("one").find(_request("a")).index == 0
    assert [deck.played(0), deck.played(1)] == [3, 1]


def test_try_find_gives_none_in_place_of_a_miss() -> None:
    """The record modes ask without wanting an explanation."""
    player = _deck("a").session()

    assert player.try_find(_request("b")) is None
    assert player.try_find(_request("a")) is not None
    assert player.try_find(_request("a")) is None


def test_unplayed_recordings_and_orphaned_sources_are_known() -> None:
    """What no session asked for can be reported."""
    deck = _deck("a", "b", "c", sources=("one.jsonl", "two.jsonl", "two.jsonl"))

    assert deck.orphaned_sources() == ["one.jsonl", "two.jsonl"]
    deck.session().find(_request("b"))

    assert [exchange.index for exchange in deck.unplayed()] == [0, 2]
    assert deck.orphaned_sources() == ["one.jsonl"]
    assert [deck.source(index) for index in range(3)] == ["one.jsonl", "two.jsonl", "two.jsonl"]


def test_a_deck_of_cassettes_counts_from_its_own_beginning() -> None:
    """Cassettes are laid one after the other, and one without a recording is an orphan."""
    cassettes = [
        Cassette({}, [_exchange(0, "a")], source="one"),
        Cassette({}, [], source="empty"),
        Cassette({}, [_exchange(0, "b"), _exchange(1, "a")], source="two"),
    ]
    deck = Deck.of(cassettes)
    player = deck.session()

    assert len(deck) == 3
    assert deck.source(2) == "two"
    player.find(_request("b"))
    assert [deck.played(index) for index in range(3)] == [0, 1, 0]
    assert deck.orphaned_sources() == ["one", "empty"]
    assert deck.stacked() == [Stack("POST", "/v1/responses", (0, 2), ("one", "two"))]


def test_requests_recorded_more_than_once_are_listed() -> None:
    """A report can show where two generations of recordings may lie on each other."""
    assert _deck("a", "b", "a", "a").stacked() == [Stack("POST", "/v1/responses", (0, 2, 3), ("",))]
    assert _deck("a", "b").stacked() == []


def test_sources_have_to_be_as_many_as_exchanges_or_one() -> None:
    """A list of another length cannot be meant."""
    assert _deck("a", "b", sources=("x",)).source(1) == "x"
    with pytest.raises(ValueError, match="2 sources for 3 exchanges"):
        _deck("a", "b", "c", sources=("x", "y"))


class _Redactor:
    """Hides one word, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        self.asked += 1
        body = request.body.replace(b"sk-live-0123456789", b"redacted-key-xxxxxx")
        return Request(request.method, request.url, request.headers, body), ()


def test_the_live_request_is_redacted_before_it_is_compared() -> None:
    """A live secret matches the placeholder of a recorded one of another length."""
    deck = Deck(
        [Exchange(0, _request("my key: redacted-key-xxxxxxxxxxxxxxxx"), None, Ending(How.COMPLETE))],
        redactor=_Redactor(),
    )

    assert deck.session().find(_request("my key: sk-live-0123456789")).index == 0


def test_a_miss_never_shows_a_live_secret() -> None:
    """What is said about the live request is said about the redacted one, the recorded one included."""
    deck = Deck([_exchange(0, "sk-live-0123456789 a")], redactor=_Redactor())

    with pytest.raises(MissError) as caught:
        deck.session().find(_request("sk-live-0123456789 b"))

    assert "sk-live" not in str(caught.value)
    assert caught.value.found == '"redacted b"'


def test_a_secret_in_a_compressed_body_does_not_stop_a_replay() -> None:
    """The recorder refuses to write such a body; comparing it is no reason to fail."""
    gzipped = gzip.compress(b'{"api_key":"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"}', mtime=0)
    request = Request("POST", URL + "?key=AIzaSyA0123456789", (("content-encoding", "gzip"),), gzipped)
    deck = Deck([Exchange(0, request, None, Ending(How.COMPLETE))], redactor=Redactor())

    assert deck.session().find(request).index == 0
    assert deck.index.recorded[0].request.body == gzipped
    assert "AIza" not in deck.index.recorded[0].request.url


def test_the_real_redactor_hides_what_is_compared() -> None:
    """Recorded with one key and replayed with another, a request is the same request."""
    recorded = Request(
        "POST", URL + "?key=AIzaSyA0123456789", (), b'{"api_key":"sk-proj-0123456789abcdefghij","a":1}'
    )
    live = Request("POST", URL + "?key=dummy", (), b'{"api_key":"test-key-of-ci","a":1}')
    other = Request("POST", URL + "?key=dummy", (), b'{"api_key":"test-key-of-ci","a":2}')
    deck = Deck([Exchange(0, recorded, None, Ending(How.COMPLETE))], redactor=Redactor())
    player = deck.session()

    assert player.try_find(other) is None
    assert player.find(live).index == 0


def test_an_identical_live_request_is_looked_up_once() -> None:
    """The second time costs neither a redaction nor a key, in any session."""
    redactor = _Redactor()
    deck = Deck([_exchange(0, "a"), _exchange(1, "a")], redactor=redactor)
    asked = redactor.asked

    assert [deck.session().find(_request("a")).index for _ in range(3)] == [0, 0, 0]
    assert redactor.asked == asked + 1


def test_the_memo_does_not_forget_what_the_policy_counts() -> None:
    """Requests of equal bytes are told apart by a header that counts, or by what kind of body they are."""
    policy = MatchPolicy(headers=["x-run"])
    one = Request("POST", URL, (("x-run", "1"),), b"{}")
    two = Request("POST", URL, (("x-run", "2"),), b"{}")
    form = Request("POST", URL, (("content-type", "application/x-www-form-urlencoded"),), b"b=1&a=1")
    text = Request("POST", URL, (("content-type", "text/plain"),), b"b=1&a=1")

    def exchanges(*requests: Request) -> list[Exchange]:
        return [Exchange(i, request, None, Ending(How.COMPLETE)) for i, request in enumerate(requests)]

    by_header = Deck(exchanges(one, two), policy=policy).session()
    by_kind = Deck(exchanges(form, text)).session()

    assert [by_header.find(request).index for request in (one, two)] == [0, 1]
    assert [by_kind.find(request).index for request in (form, text)] == [0, 1]


def test_the_memo_is_bounded() -> None:
    """A client that spells one request ever anew does not fill the memory."""
    deck = _deck("a", policy=MatchPolicy(repeats="last"))
    player = deck.session()
    body = _request("a").body
    for spaces in range(40):
        request = Request("POST", URL, (), body + b" " * (1 << 20) + b" " * spaces)

        assert player.find(request).index == 0
    assert sum(len(raw[2]) for raw in deck.index._memo) <= 32 << 20


def test_response_bodies_are_not_read() -> None:
    """Finding, missing and reporting touch requests alone."""

    class Unreadable:
        def __iter__(self) -> Iterator[Chunk]:
            raise AssertionError

    exchange = Exchange(0, _request("a"), Response(200, (), Unreadable()), Ending(How.COMPLETE))
    deck = Deck([exchange, exchange])
    player = deck.session()

    assert player.find(_request("a")) is exchange
    assert player.try_find(_request("b")) is None
    assert player.miss(_request("b")) is not None
    assert deck.unplayed() == [exchange]
    assert len(deck.stacked()) == 1


def test_a_recording_without_an_answer_is_found_too() -> None:
    """A request that failed when it was recorded fails again."""
    exchange = Exchange(0, _request("a"), None, Ending(How.RESET, exception="ConnectError"))

    assert Deck([exchange]).session().find(_request("a")).response is None

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.cassettes.exchange import Ending, Exchange, How, Request
from harness.cassettes.matching import Deck, MatchPolicy
from harness.cassettes.matching.ids import shape
from harness.errors import MissError

SHAPES: list[tuple[str, Any, Any, tuple[str, ...]]] = [
    (
        "Chat Completions",
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"id": "call_aa", "type": "function"}]},
                {"role": "tool", "tool_call_id": "call_aa", "content": "x"},
            ]
        },
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"id": "<id:0>", "type": "function"}]},
                {"role": "tool", "tool_call_id": "<id:0>", "content": "x"},
            ]
        },
        ("call_aa",),
    ),
    (
        "Responses",
        {
            "previous_response_id": "resp_1",
            "input": [{"id": "fc_1", "call_id": "c1"}, {"call_id": "c1", "output": "x"}],
        },
        {
            "previous_response_id": "<id:2>",
            "input": [{"id": "<id:1>", "call_id": "<id:0>"}, {"call_id": "<id:0>", "output": "x"}],
        },
        ("c1", "fc_1", "resp_1"),
    ),
    (
        "Anthropic Messages: what the arguments of a tool call id is data",
        {"messages": [{"content": [{"type": "tool_use", "id": "toolu_1", "input": {"id": "42"}}]}]},
        {"messages": [{"content": [{"type": "tool_use", "id": "<id:0>", "input": {"id": "42"}}]}]},
        ("toolu_1",),
    ),
    (
        "Gemini",
        {"contents": [{"parts": [{"functionCall": {"id": "f1", "args": {"id": "1"}}}]}]},
        {"contents": [{"parts": [{"functionCall": {"id": "<id:0>", "args": {"id": "1"}}}]}]},
        ("f1",),
    ),
    (
        "a conversation as an object",
        {"conversation": {"id": "conv_1"}, "input": "hi"},
        {"conversation": {"id": "<id:0>"}, "input": "hi"},
        ("conv_1",),
    ),
    (
        "an id inside text is the same id, where it is long enough to be one",
        {
            "input": [{"call_id": "call_abcd", "output": "call_abcd\ncall_abcde xcall_abcd"}],
            "instructions": "call_abcd",
        },
        {
            "input": [{"call_id": "<id:0>", "output": "<id:0>\ncall_abcde xcall_abcd"}],
            "instructions": "<id:0>",
        },
        ("call_abcd",),
    ),
    (
        "a short id is an ordinary word elsewhere",
        {"messages": [{"tool_call_id": "1", "content": "1 apple"}], "n": 1},
        {"messages": [{"tool_call_id": "<id:0>", "content": "1 apple"}], "n": 1},
        ("1",),
    ),
    (
        "ids that say which thing is meant are none",
        {
            "prompt": {"id": "pmpt_1"},
            "tools": [{"id": "t"}],
            "input": [{"file_id": "file_1"}, {"id": ""}, {"id": None}],
        },
        {
            "prompt": {"id": "pmpt_1"},
            "tools": [{"id": "t"}],
            "input": [{"file_id": "file_1"}, {"id": ""}, {"id": None}],
        },
        (),
    ),
    ("no object", [{"id": "x"}], [{"id": "x"}], ()),
]


@pytest.mark.parametrize(
    ("body", "taken_out", "ids"), [case[1:] for case in SHAPES], ids=[case[0] for case in SHAPES]
)
def test_ids_are_taken_out_where_they_stand(body: Any, taken_out: Any, ids: tuple[str, ...]) -> None:
    """Each dialect's ids are found, numbered by first occurrence, and look-alikes stay."""
    before = json.dumps(body)

    assert shape(body) == (taken_out, ids)
    assert json.dumps(body) == before


def _chat(*turns: str, text: str = "hi") -> dict[str, Any]:
    """A conversation in which each turn is a tool call of that id."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": text}]
    for turn in turns:
        messages += [{"tool_calls": [{"id": turn}]}, {"role": "tool", "tool_call_id": turn}]
    return {"model": "m", "messages": messages}


def _request(body: object) -> Request:
    return Request("POST", "http://h/v1/chat/completions", (), json.dumps(body).encode())


def _deck(*bodies: object, policy: MatchPolicy | None = None) -> Deck:
    return Deck(
        [Exchange(i, _request(body), None, Ending(How.COMPLETE)) for i, body in enumerate(bodies)],
        policy=policy or MatchPolicy(),
    )


def test_ids_may_differ_when_they_map_one_to_one() -> None:
    """A client that makes its ids anew is answered, and the session says how it understood them."""
    player = _deck(_chat("a"), _chat("a", "b")).session()

    assert player.find(_request(_chat("x"))).index == 0
    assert player.find(_request(_chat("x", "y"))).index == 1
    assert player.ids == {"x": "a", "y": "b"}


def test_a_later_turn_keeps_to_the_ids_of_the_earlier() -> None:
    """Once x stands for a, it can stand for nothing else, and nothing else can stand for a."""
    player = _deck(_chat("a"), _chat("a", "b"), _chat("c", "d")).session()
    player.find(_request(_chat("x")))

    assert player.try_find(_request(_chat("z", "y"))) is not None
    assert player.ids == {"x": "a", "z": "c", "y": "d"}
    assert player.try_find(_request(_chat("w", "x"))) is None
    assert player.try_find(_request(_chat("z", "v"))) is None


def test_two_ids_are_not_one() -> None:
    """The map is a bijection within one request too."""
    player = _deck(_chat("a", "b"), _chat("c", "c")).session()

    assert player.find(_request(_chat("x", "x"))).index == 1
    assert player.find(_request(_chat("x1", "x2"))).index == 0


def test_conversations_that_differ_only_by_ids_are_never_confused() -> None:
    """A live id that was recorded is only ever itself, whatever else is still unplayed."""
    deck = _deck(_chat("a"), _chat("b"))
    player = deck.session()

    assert player.find(_request(_chat("b"))).index == 1
    assert player.try_find(_request(_chat("b"))) is None
    assert player.find(_request(_chat("a"))).index == 0
    assert deck.session().find(_request(_chat("b"))).index == 1


def test_an_equal_request_pins_its_ids() -> None:
    """After a was served as itself, no other id of this session can stand for it."""
    player = _deck(_chat("a"), _chat("a", "b")).session()
    player.find(_request(_chat("a")))

    assert player.try_find(_request(_chat("x", "y"))) is None
    assert player.find(_request(_chat("a", "y"))).index == 1


def test_new_ids_meet_recordings_in_order() -> None:
    """Where several recordings fit equally, the first that was not played is taken."""
    player = _deck(_chat("a"), _chat("b")).session()

    assert [player.find(_request(_chat(name))).index for name in ("x", "y")] == [0, 1]
    with pytest.raises(
        MissError, match="the only recording of this POST /v1/chat/completions has been played"
    ):
        player.find(_request(_chat("x")))


def test_repeats_hold_for_requests_that_are_equal_but_for_ids() -> None:
    """`last` and `cycle` play the recordings again that the map allows."""
    last = _deck(_chat("a"), _chat("a"), policy=MatchPolicy(repeats="last")).session()
    cycle = _deck(_chat("a"), _chat("a"), policy=MatchPolicy(repeats="cycle")).session()
    live = _request(_chat("x"))

    assert [last.find(live).index for _ in range(4)] == [0, 1, 1, 1]
    assert [cycle.find(live).index for _ in range(5)] == [0, 1, 0, 1, 0]


def test_a_recording_is_not_played_twice_by_two_ways_to_it() -> None:
    """What a request with new ids was given is not given to an equal one as well."""
    player = _deck(_chat("a"), _chat("a")).session()

    assert player.find(_request(_chat("x"))).index == 0
    assert player.find(_request(_chat("a"))).index == 1
    assert player.try_find(_request(_chat("a"))) is None


def test_mapping_can_be_switched_off() -> None:
    """With `ids=False` an id is a value like any other."""
    player = _deck(_chat("a"), policy=MatchPolicy(ids=False)).session()

    assert player.try_find(_request(_chat("x"))) is None
    assert player.find(_request(_chat("a"))).index == 0


def test_ids_do_not_excuse_other_differences() -> None:
    """Same shape means equal in all the rest."""
    assert _deck(_chat("a")).session().try_find(_request(_chat("x", text="ho"))) is None


def test_a_miss_for_ids_names_the_id_and_why() -> None:
    """Where nothing but an id is in the way, the miss says which, and what it stands for."""
    player = _deck(_chat("a"), _chat("a", "b")).session()
    player.find(_request(_chat("x")))

    with pytest.raises(MissError) as caught:
        player.find(_request(_chat("z", "y")))

    assert caught.value.expected == '"a" at /messages/1/tool_calls/0/id in recording 1, the nearest'
    assert caught.value.found == '"z", which cannot stand for it: in this session x stands for that'
    assert caught.value.hint is not None
    assert "normalisers=['ids']" in caught.value.hint


def test_a_miss_does_not_change_the_map() -> None:
    """What was refused leaves no trace in the session."""
    player = _deck(_chat("a"), _chat("b", "c")).session()

    assert player.try_find(_request(_chat("x", text="ho"))) is None
    assert player.miss(_request(_chat("y"))) is None
    assert player.ids == {}
    assert player.find(_request(_chat("y", "x"))).index == 1

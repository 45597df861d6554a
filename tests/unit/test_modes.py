from __future__ import annotations

import pytest

from harness.cassettes.exchange import Ending, Exchange, How, Request
from harness.cassettes.matching import MatchPolicy
from harness.cassettes.modes import Action, Mode, decide, kept, may_record, may_replay, parse_mode
from harness.errors import UnknownName

TABLE = [
    # mode, cassette exists, a recording answers -> action
    ("none", False, False, "miss"),
    ("none", False, True, "miss"),
    ("none", True, False, "miss"),
    ("none", True, True, "replay"),
    ("once", False, False, "record"),
    ("once", False, True, "record"),
    ("once", True, False, "miss"),
    ("once", True, True, "replay"),
    ("new_episodes", False, False, "record"),
    ("new_episodes", False, True, "record"),
    ("new_episodes", True, False, "record"),
    ("new_episodes", True, True, "replay"),
    ("all", False, False, "record"),
    ("all", False, True, "record"),
    ("all", True, False, "record"),
    ("all", True, True, "record"),
    ("rewrite", False, False, "record"),
    ("rewrite", False, True, "record"),
    ("rewrite", True, False, "record"),
    ("rewrite", True, True, "record"),
]


@pytest.mark.parametrize(("mode", "exists", "found", "action"), TABLE)
def test_what_becomes_of_a_request(mode: str, exists: bool, found: bool, action: str) -> None:  # noqa: FBT001
    """Every combination of mode, cassette and match, as vcrpy and pytest-recording have it."""
    assert decide(parse_mode(mode), exists=exists, found=found) is Action(action)


def test_the_table_is_whole() -> None:
    """No mode and no combination is left out."""
    assert {row[:3] for row in TABLE} == {
        (str(m), e, f) for m in Mode for e in (False, True) for f in (False, True)
    }


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("exists", [False, True])
def test_what_a_session_may_do_is_what_its_requests_can_become(mode: Mode, exists: bool) -> None:  # noqa: FBT001
    """`may_replay` and `may_record` sum up the table."""
    actions = {decide(mode, exists=exists, found=found) for found in (False, True)}

    assert may_replay(mode, exists=exists) is (Action.REPLAY in actions)
    assert may_record(mode, exists=exists) is (Action.RECORD in actions)


def test_an_unknown_mode_is_an_error_with_a_suggestion() -> None:
    """A misspelt mode must not silently mean another."""
    with pytest.raises(UnknownName) as caught:
        parse_mode("new_episode")

    assert caught.value.hint == "did you mean 'new_episodes'?"
    assert caught.value.expected == "all, new_episodes, none, once, rewrite"


def _exchange(index: int, body: bytes) -> Exchange:
    return Exchange(index, Request("POST", "http://h/v1/responses", (), body), None, Ending(How.COMPLETE))


@pytest.mark.parametrize(
    ("mode", "indices"),
    [("none", [0, 1, 2]), ("once", [0, 1, 2]), ("new_episodes", [0, 1, 2]), ("all", [2]), ("rewrite", [])],
)
def test_which_old_recordings_stay(mode: str, indices: list[int]) -> None:
    """`all` replaces the recordings of the requests that were made again; `rewrite` keeps nothing."""
    old = [_exchange(0, b'{"a":1}'), _exchange(1, b'{"a": 1}'), _exchange(2, b'{"a":2}')]
    new = [_exchange(0, b'{ "a" : 1 }'), _exchange(1, b'{"a":3}')]

    assert [exchange.index for exchange in kept(Mode(mode), old, new)] == indices


def test_what_counts_as_the_same_request_is_the_policys_business() -> None:
    """`all` replaces under the policy that the session matches with."""
    old, new = [_exchange(0, b'{"a":1}')], [_exchange(0, b'{"a":2}')]

    assert kept(Mode.ALL, old, new) == old
    assert kept(Mode.ALL, old, new, MatchPolicy(ignore=["/a"])) == []

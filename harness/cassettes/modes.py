"""Record modes: whether a request is answered from the cassette, sent on and recorded, or refused.

The names and meanings are vcrpy's (its `record_mode.py` and `cassette.py`, version 9.4), with
pytest-recording's `rewrite` added, so that nobody has to learn them twice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from harness.cassettes.matching.canonical import Keyer
from harness.cassettes.matching.policy import MatchPolicy
from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Exchange


class Mode(StrEnum):
    """When a request is recorded."""

    NONE = "none"
    """Never: what was not recorded is a miss. For tests that must not touch the network."""
    ONCE = "once"
    """While there is no cassette yet: the first run records, later runs replay, and what is new is a miss."""
    NEW_EPISODES = "new_episodes"
    """Whatever was not recorded yet; it is added to what is there."""
    ALL = "all"
    """Everything, always. New recordings replace those of the same requests; other old ones stay."""
    REWRITE = "rewrite"
    """Everything, always, into a cassette that is emptied first."""


class Action(StrEnum):
    """What becomes of one request."""

    REPLAY = "replay"
    """It is answered from the cassette."""
    RECORD = "record"
    """It is sent on, and what comes is recorded."""
    MISS = "miss"
    """It is refused."""


def parse_mode(text: str) -> Mode:
    """Read a record mode's name.

    Raises:
        UnknownName: There is none of that name.
    """
    try:
        return Mode(text)
    except ValueError:
        raise UnknownName("record mode", text, [mode.value for mode in Mode]) from None


def decide(mode: Mode, *, exists: bool, found: bool) -> Action:
    """Say what becomes of a request.

    Args:
        mode: The record mode.
        exists: Whether there was a cassette when the session began. What this session records does not
            count: it is not played back before the next one.
        found: Whether a recording answers the request.
    """
    if may_replay(mode, exists=exists) and found:
        return Action.REPLAY
    return Action.RECORD if may_record(mode, exists=exists) else Action.MISS


def may_replay(mode: Mode, *, exists: bool) -> bool:
    """Whether a session can be answered from the cassette at all; if not, nothing need be looked up."""
    return exists and mode in {Mode.NONE, Mode.ONCE, Mode.NEW_EPISODES}


def may_record(mode: Mode, *, exists: bool) -> bool:
    """Whether any request of a session can reach the network; if not, no upstream is needed."""
    return mode is not Mode.NONE and not (mode is Mode.ONCE and exists)


def kept(
    mode: Mode, old: Sequence[Exchange], new: Sequence[Exchange], policy: MatchPolicy | None = None
) -> list[Exchange]:
    """The recordings of the old cassette that stay when a session has recorded `new`.

    Args:
        mode: The record mode: `rewrite` keeps none, `all` those whose request was not recorded anew, the
            others all of them.
        old: What the cassette held.
        new: What the session recorded.
        policy: What makes two requests the same; the default if None.
    """
    if mode is Mode.REWRITE:
        return []
    if mode is not Mode.ALL:
        return list(old)
    keyer = Keyer(policy or MatchPolicy())
    anew = {keyer.key(exchange.request) for exchange in new}
    return [exchange for exchange in old if keyer.key(exchange.request) not in anew]

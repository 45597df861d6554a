"""Which recording answers a request: keys, ids, repeats, and what is said when none does.

`Deck` holds the recordings, `Player` is one session's walk through them, `MatchPolicy` says what counts.
Nothing here is fuzzy: two requests either have the same key, or differ in ids alone, or do not match.
"""

from harness.cassettes.matching.deck import Deck, Stack
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.matching.miss import Miss
from harness.cassettes.matching.player import Player
from harness.cassettes.matching.policy import MatchPolicy

__all__ = ["Deck", "MatchPolicy", "Miss", "Player", "Stack", "key_fields"]

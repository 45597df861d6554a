"""The recording that is most like a live request. Linear in the deck; bodies are looked into for a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.matching.ids import shape
from harness.cassettes.shortened import common_length
from harness.jsonvalue import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harness.cassettes.matching.canonical import Key, Keyer
    from harness.cassettes.matching.requests import Live, Recorded
    from harness.jsonvalue import JsonValue

_LOOKED_INTO = 32
_LOOKED_INTO_BYTES = 2 << 20
_LEAVES = 4000


def nearest(live: Live, recorded: Sequence[Recorded], keyer: Keyer, served: Collection[int]) -> Recorded:
    """Find the recording that is most like `live`; of equals one that was not served yet, then the first.

    Same path and method come first, then how many leaves of the JSON body are equal. Before that, the length
    of what the bodies have in common at both ends picks the few whose leaves are counted.

    Args:
        live: The request that was missed.
        recorded: All recordings, at least one.
        keyer: Makes bodies comparable.
        served: Positions of the recordings that this session was served.
    """
    places = [_place(item.key, live.key) for item in recorded]
    best = max(places)
    close = [item for item, place in zip(recorded, places, strict=True) if place == best]
    few = min(_LOOKED_INTO, max(3, _LOOKED_INTO_BYTES // (len(live.key.body) + 1)))
    if len(close) > few:
        close.sort(key=lambda item: -_common_ends(item.key.body, live.key.body))
        close = close[:few]
    wanted = _leaves(keyer, live.request.body) if live.key.kind == "json" else {}
    return min(
        close, key=lambda item: (-_alike(item, live, wanted, keyer), item.position in served, item.position)
    )


def _place(ours: Key, theirs: Key) -> tuple[bool, bool, int]:
    """How near two requests are before their bodies are looked at: more is nearer."""
    common = 0
    for left, right in zip(ours.path.split("/")[::-1], theirs.path.split("/")[::-1], strict=False):
        if left != right:
            break
        common += 1
    return ours.path == theirs.path, ours.method == theirs.method, common


def _alike(item: Recorded, live: Live, wanted: dict[str, JsonValue], keyer: Keyer) -> float:
    """Share of equal leaves; for bodies that are not both JSON, share of what they have in common."""
    if item.key.kind == live.key.kind == "json":
        ours = _leaves(keyer, item.request.body)
        equal = sum(1 for pointer, value in ours.items() if wanted.get(pointer, wanted) == value)
        return equal / max(len(ours), len(wanted), 1)
    return _common_ends(item.key.body, live.key.body) / max(len(item.key.body), len(live.key.body), 1)


def _leaves(keyer: Keyer, body: bytes) -> dict[str, JsonValue]:
    """The first leaves of a body by JSON pointer, ids taken out."""
    found: dict[str, JsonValue] = {}
    try:
        waiting: list[tuple[str, JsonValue]] = [("", shape(keyer.read(body)).value)]
    except (ValueError, RecursionError):
        return found
    while waiting and len(found) < _LEAVES:
        pointer, value = waiting.pop()
        if isinstance(value, dict) and value:
            waiting.extend((f"{pointer}/{escape(key)}", member) for key, member in value.items())
        elif isinstance(value, list) and value:
            waiting.extend((f"{pointer}/{index}", element) for index, element in enumerate(value))
        else:
            found[pointer] = value
    return found


def _common_ends(left: bytes, right: bytes) -> int:
    """Length of what two bodies have in common at the start, plus at the end."""
    start = common_length(left, right)
    return start + common_length(left[start:][::-1], right[start:][::-1])

"""What is said when no recording answers a request: the nearest one, and where it first differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.bundled import is_shipped
from harness.cassettes.matching.difference import Gap, first_gap
from harness.cassettes.matching.nearest import nearest
from harness.errors import MissError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from harness.cassettes.matching.canonical import Keyer
    from harness.cassettes.matching.ids import Conflict
    from harness.cassettes.matching.requests import Live, Recorded

_SHOWN_SOURCES = 3
_TO_RECORD = {
    True: "record one of your own, as this one is shipped: `harness record`, or harness.cassette(path)",
    False: "record it too: mode='new_episodes' (harness record --append)",
}
"""What to do where nothing answers, by whether the nearest recording is a shipped one."""
_SAID = (
    "/messages",
    "/input",
    "/contents",
    "/system",
    "/systemInstruction",
    "/system_instruction",
    "/instructions",
)
"""Members of bodies that hold what a model is asked: whoever ignores a change of these tests nothing any more."""


@dataclass(frozen=True)
class Miss:
    """Why no recording answers a request.

    Args:
        reason: `empty` (there are no recordings), `played` (all recordings of it have been), or what differs
            first: `method`, `path`, `scheme`, `host`, `port`, `query`, `headers`, `body`, `ids`.
        method: Of the live request.
        path: Of the live request.
        session: Name of the session that asked; "" where it has none.
        sources: The cassettes that were searched.
        nearest: Position in the deck of the nearest recording; None where there is none.
        nearest_name: How to call it: its number in its cassette, and the cassette.
        pointer: JSON pointer to the first difference in the body; None where the difference is elsewhere or
            the body is not JSON.
        expected: What the recording has there, shortened, with placeholders for secrets.
        found: What the live request has there.
        hint: What to do next.
        recordings: With `played`: how many there are.
    """

    reason: str
    method: str
    path: str
    session: str
    sources: tuple[str, ...]
    nearest: int | None
    nearest_name: str
    pointer: str | None
    expected: str
    found: str
    hint: str
    recordings: int = 0

    def error(self) -> MissError:
        """The miss as the exception that replay raises."""
        what = f"{self.method} {self.path}"
        if self.reason == "played":
            number = f"all {self.recordings} recordings" if self.recordings > 1 else "the only recording"
            message = f"{number} of this {what} {'have' if self.recordings > 1 else 'has'} been played"
        else:
            message = f"no recording answers {what}"
        if self.session:
            message += f" (session {self.session!r})"
        return MissError(
            message, where=_where(self.sources), expected=self.expected, found=self.found, hint=self.hint
        )


def explain(
    live: Live,
    recorded: Sequence[Recorded],
    *,
    keyer: Keyer,
    session: str,
    sources: tuple[str, ...],
    played: Sequence[int],
    served: Collection[int],
    conflict: Callable[[int], Conflict | None],
) -> Miss:
    """Say why none of `recorded` answers `live`.

    Args:
        live: The live request, redacted.
        recorded: All recordings.
        keyer: Makes keys and values comparable.
        session: Name of the session.
        sources: Names of the cassettes.
        played: Positions of the recordings that would have answered, had they not been played.
        served: Positions of what this session was served already.
        conflict: Says why the ids of the recording at a position cannot be mapped; None where they can.
    """

    def miss(reason: str, gap: Gap, hint: str, near: Recorded | None = None, recordings: int = 0) -> Miss:
        return Miss(
            reason,
            live.request.method,
            keyer.path(live.request),
            session,
            sources,
            near.position if near else None,
            near.name if near else "",
            gap.pointer,
            gap.expected,
            gap.found,
            hint,
            recordings,
        )

    if not recorded:
        gap = Gap("empty", None, "a cassette with at least one recording", "none")
        return miss("empty", gap, "record it first: mode='once' records what is not there yet")
    if played:
        near = recorded[played[-1]]
        times = f"{len(played)} request{'s' if len(played) > 1 else ''} like this"
        gap = Gap("played", None, f"{times} ({_list_of([recorded[at] for at in played])})", "one more")
        anew = "" if is_shipped(near.source) else "record it again with mode='rewrite', or "
        hint = (
            f"the client asks more often than it did when it was recorded: {anew}play recordings again with "
            "repeats='last' or 'cycle' (--repeats)"
        )
        return miss("played", gap, hint, near, len(played))
    near = nearest(live, recorded, keyer, served)
    gap = first_gap(near, live, keyer, conflict(near.position))
    place = f" at {gap.pointer or 'the top'}" if gap.pointer is not None else ""
    shown = gap._replace(expected=f"{gap.expected}{place} in {near.name}, the nearest")
    return miss(gap.part, shown, _hint(gap, near, live, keyer), near)


def _hint(gap: Gap, near: Recorded, live: Live, keyer: Keyer) -> str:
    advice = ""
    if gap.part == "path" and (
        near.key.path.endswith(live.key.path) or live.key.path.endswith(near.key.path)
    ):
        advice = "the paths differ only in how they begin: check the client's base URL; otherwise "
    elif gap.part == "body" and gap.pointer:
        name = keyer.would_help(near.request.body, live.request.body)
        rule = f"ignore=[{gap.pointer!r}] (--ignore {gap.pointer})"
        if name:
            rule = f"normalisers=[{name!r}] (--normalise {name})"
        elif any(gap.pointer == one or gap.pointer.startswith(f"{one}/") for one in _SAID):
            anew = "" if is_shipped(near.source) else "record it anew, with mode='rewrite'; or "
            return f"{anew}{_TO_RECORD[is_shipped(near.source)]}; where its words do not matter, match with {rule}"
        advice = f"if that changes from run to run, match with {rule}; otherwise "
    elif gap.part == "ids":
        advice = "if these ids mean nothing, match with normalisers=['ids'] (--normalise ids); otherwise "
    elif gap.part in {"scheme", "host", "port", "headers"}:
        advice = f"the policy compares {gap.part}, which the default does not; if that is meant, "
    return advice + _TO_RECORD[is_shipped(near.source)]


def _list_of(recorded: Sequence[Recorded]) -> str:
    names = [item.name for item in recorded[:_SHOWN_SOURCES]]
    return ", ".join(names) + (
        f" and {len(recorded) - len(names)} more" if len(recorded) > len(names) else ""
    )


def _where(sources: tuple[str, ...]) -> str | None:
    named = [source for source in sources if source]
    if not named:
        return None
    shown = ", ".join(named[:_SHOWN_SOURCES])
    return shown + (f" and {len(named) - _SHOWN_SOURCES} more" if len(named) > _SHOWN_SOURCES else "")

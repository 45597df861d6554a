"""A hunt as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.fuzzing.visible import on_a_line
from harness.reporting.conform.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.fuzzing.hunt import Hunt
    from harness.fuzzing.outcome import Outcome, Told


def line_of(hunt: Hunt) -> str:
    """How far it is, in a line."""
    left = hunt.left()
    time = "" if left == float("inf") else f", {max(0.0, left):.0f} s left"
    return f"{hunt.examples:,} conversations, {len(hunt.found)} findings{time}"


def written(outcome: Outcome, form: str) -> str:
    """The outcome as `text`, `json` or `ndjson`, with a line end."""
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(outcome), indent=1).decode() + "\n"
    if form == "ndjson":
        return "".join(f"{msgspec.json.encode(one).decode()}\n" for one in _rows(outcome))
    # What a gateway says stands in messages: it ends no line, and moves no terminal.
    return "\n".join(map(shown, _text(outcome))) + "\n"


def _rows(outcome: Outcome) -> Iterator[dict[str, object]]:
    """A row a finding, one for each that is gone or accepted, and the rest last."""
    rest = msgspec.to_builtins(outcome)
    for name, kind in (("findings", "finding"), ("once", "once"), ("gone", "gone"), ("accepted", "accepted")):
        for one in rest.pop(name):
            yield {"kind": kind, **one}
    yield {"kind": "run", **rest}


def _text(outcome: Outcome) -> Iterator[str]:
    for one in outcome.findings:
        yield from _finding(one)
        yield ""
    for one in outcome.once:
        where = f"{one.rule} on {one.route}, {_mode(one.mode)}"
        yield f"once     {where}: {one.message.rstrip('.')}. It may be chance, and does not count."
    if outcome.once:
        yield ""
    for gone in outcome.gone:
        where = f"{gone.rule} on {gone.route}, {_mode(gone.mode)}"
        yield f"gone     {where}: it stood in the database, and does not show any more"
    if outcome.gone:
        yield ""
    yield from _of_baseline(outcome)
    for trouble in outcome.troubles:
        yield f"A conversation could not be played, which is a defect of harness: {trouble}"
    if outcome.stopped is not None:
        yield f"It ended early: {outcome.stopped}."
    yield from _besides(outcome)
    number = len(outcome.findings)
    found = "nothing found" if not number else f"{number} finding{'s' if number != 1 else ''}"
    yield (
        f"{outcome.target}  {found} in {outcome.conversations:,} conversations"
        f" ({outcome.plays:,} plays, {outcome.rules} rules, {outcome.seconds:.0f} s, seed {outcome.seed})"
    )


def _of_baseline(outcome: Outcome) -> Iterator[str]:
    """What the baseline accepts, and where it may not be true any more."""
    for one in outcome.accepted:
        yield f"accepted {one.rule} on {one.route}, {_mode(one.mode)}"
    if outcome.accepted:
        number = len(outcome.accepted)
        yield f"{number} finding{'s are' if number != 1 else ' is'} known and accepted"
    for entry in outcome.expired:
        yield f"expired  {entry}"
    if outcome.unseen:
        yield f"not seen in this hunt, and accepted by the baseline: {', '.join(outcome.unseen)}"
    if outcome.updated is not None:
        yield outcome.updated


def _besides(outcome: Outcome) -> Iterator[str]:
    """What findings have in common, what lies there from before, and what may have been meant otherwise."""
    for group in outcome.alike:
        ids = ", ".join(one.id for one in group)
        yield f"alike    shrunk to the same conversation, so perhaps of one cause: {ids}"
    if outcome.alike:
        yield ""
    if outcome.earlier:
        number = len(outcome.earlier)
        folders = f"{number} folder{'s' if number != 1 else ''} of earlier hunts"
        yield f"{folders}, not found this time, still there: {', '.join(outcome.earlier)}"
    for hint in outcome.hints:
        yield f"{hint[0].upper()}{hint[1:]}"


def _finding(one: Told) -> Iterator[str]:
    name = f" {one.name}" if one.name else ""
    yield f"{one.severity:<8} {one.rule}{name} on {one.route}, {_mode(one.mode)}"
    yield f"  {one.message}"
    if one.expected is not None:
        yield f"  expected: {on_a_line(one.expected)}"
    if one.found is not None:
        yield f"  found: {on_a_line(one.found)}"
    if one.upset is not None:
        yield f"  upstream's stream: {one.upset}"
    if one.accepted_until is not None:
        yield f"  the baseline accepted it until {one.accepted_until}"
    yield f"  {_size(one)}{_sureness(one)}"
    if one.folder is not None:
        yield f"  {one.folder}"


def _mode(mode: str) -> str:
    return "streamed" if mode == "stream" else mode


def _size(one: Told) -> str:
    events = f"{one.events} event{'s' if one.events != 1 else ''} of upstream"
    requests = f"{one.requests} request{'s' if one.requests != 1 else ''}"
    rest = "" if one.is_smallest else ", and perhaps not the smallest" if one.tries else ", not made smaller"
    return f"{events}, {requests}{rest}"


def _sureness(one: Told) -> str:
    if not one.played:
        return "; seen once, and there was no time for more"
    if one.needs_crowd:
        return f"; flaky: {one.shown} of {one.played} times, with others at the same time"
    if one.is_flaky:
        return (
            f"; flaky: it showed {one.shown} of {one.played} times"
            if one.shown
            else "; seen once, and not again"
        )
    known = "still there, " if one.state == "known" else ""
    return f"; {known}{one.shown} of {one.played} times"

"""The layers above the items: sequence numbers, and the life of the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.members import integer, mapping, text
from harness.dialects.responses import items
from harness.dialects.responses.grammar import OVER, RUNNING, STATUSES, TERMINALS, Layer
from harness.dialects.signal import Signal

if TYPE_CHECKING:
    from harness.dialects.responses.arrival import Arrival
    from harness.dialects.responses.state import ResponsesStream
    from harness.dialects.signal import Body, Signals

MOST_KEPT = 16
"""How many snapshots of the response, and how many errors, are kept: a legal stream has five at the most."""


def number(stream: ResponsesStream, now: Arrival) -> None:
    """Take the event's sequence number."""
    value = integer(now.body, "sequence_number")
    due = stream.next_sequence
    if value is None:
        _unnumbered(stream, now)
        return
    where = "/sequence_number"
    if stream.first_sequence is None:
        stream.first_sequence = value
        _first_number(stream, value, now)
        stream.next_sequence = value + 1
        return
    jumped = stream.jumped[0] if stream.jumped is not None and stream.jumped[1] == due else None
    fallen = stream.fallen[0] if stream.fallen is not None and stream.fallen[1] == due else None
    if due is None or value == due:
        stream.next_sequence = value + 1
    elif value > due:
        stream.next_sequence = value + 1
        if fallen is None or value != due + 1:  # only the event before had a wrong number
            stream.jumped = (due, value + 1)
            now.say("sequence-gap", None, where, expected=due, found=value)
    elif jumped is not None and value in {jumped, jumped + 1}:
        if value != jumped:  # only the event before had a wrong number; otherwise the two changed places
            stream.next_sequence = value + 1
    else:
        stream.fallen = (value, due)
        if fallen is not None and value == fallen + 1:
            stream.next_sequence = value + 1  # it counts on from where it fell back to
        elif value != fallen:
            now.say("sequence-repeated", None, where, expected=due, found=value)


def _unnumbered(stream: ResponsesStream, now: Arrival) -> None:
    due = stream.next_sequence
    stream.unnumbered += 1
    if due is not None:
        stream.next_sequence = due + 1
    if now.fits and "sequence-missing" not in stream.told:
        stream.told.add("sequence-missing")
        now.say("sequence-missing", pointer="/sequence_number", expected=_shown(due))


def _first_number(stream: ResponsesStream, value: int, now: Arrival) -> None:
    asked = stream.asked
    where = "/sequence_number"
    if asked is None and value > 0 and stream.phase == "start":
        stream.resumed = True
    after = asked.starting_after if asked is not None else None
    if after is not None:
        if value not in {after + 1, after + 1 + stream.unnumbered}:
            now.say("sequence-resumed", None, where, expected=after + 1, found=value)
    elif value not in {0, stream.unnumbered} and (stream.resumed or _may_begin(now)):
        now.say("sequence-start", None, where, expected=stream.unnumbered, found=value)


def _may_begin(now: Arrival) -> bool:
    """Whether a stream may begin with this event; otherwise its beginning is missing, and that is told."""
    return now.row.layer is Layer.ASIDE or "start" in now.row.before


def _shown(due: int | None) -> str:
    return "an integer" if due is None else str(due)


def move(stream: ResponsesStream, now: Arrival) -> None:
    """Take an event of the response itself, and `error`."""
    kind, row, body, mark = now.kind, now.row, now.body, now.mark
    phase = stream.phase
    if phase == OVER:
        after_terminal(stream, now)
        return
    if phase not in row.before:
        _misplaced(stream, now)
    if row.after not in {"created", "queued"} or phase in {"start", "created"}:
        stream.phase = row.after
    if kind == "error":
        if len(stream.errors) < MOST_KEPT:
            stream.errors.append((mark, body))
        return
    response = mapping(body.get("response"))
    _snapshot(stream, response, now)
    if row.after == OVER:
        stream.terminal = (kind, response, mark)
        items.ended(stream, response, now)


def _snapshot(stream: ResponsesStream, response: Body, now: Arrival) -> None:
    """Take the response object that an event carries."""
    kind, mark = now.kind, now.mark
    if kind == "response.created" and stream.created is None:
        stream.created = mark
    elif kind == "response.in_progress" and stream.in_progress is None:
        stream.in_progress = mark
    _compare(stream, response, now)
    if len(stream.lifecycle) < MOST_KEPT:
        stream.lifecycle.append((kind, mark, response))
    status, fitting = text(response, "status"), STATUSES[kind]
    if status is not None and status not in fitting:
        now.say("status-misfit", None, "/response/status", expected=" or ".join(fitting), found=status)


def _misplaced(stream: ResponsesStream, now: Arrival) -> None:
    """Say why an event of the response is not legal now."""
    kind, phase = now.kind, stream.phase
    if phase == "start":
        not_created(stream, now)
    elif phase == "errored":
        after_error(stream, now)
    elif kind == "response.created":
        if stream.created is not None:
            now.say("created-again", earlier=stream.created)
    elif kind == "response.queued":
        now.say("queued-misplaced", expected="before response.in_progress", earlier=stream.in_progress)
    elif kind == "response.in_progress":
        if stream.in_progress is not None:
            now.say("in-progress-again", earlier=stream.in_progress)
    else:
        not_in_progress(stream, now)


def inside(stream: ResponsesStream, now: Arrival) -> bool:
    """Whether an event of an item, or of audio, may be followed now; the phase is moved to where it is legal."""
    phase = stream.phase
    if phase == RUNNING:
        return True
    if phase == OVER:
        after_terminal(stream, now)
        return False
    if phase == "errored":
        after_error(stream, now)
        return True
    if phase == "start":
        not_created(stream, now)
    else:
        not_in_progress(stream, now)
    stream.phase = RUNNING
    return True


def not_created(stream: ResponsesStream, now: Arrival) -> None:
    """The first event is not `response.created`."""
    if not stream.resumed:
        now.say("created-not-first", None, "/type", expected="response.created", found=now.kind)


def not_in_progress(stream: ResponsesStream, now: Arrival) -> None:
    """Something that belongs after `response.in_progress` came before it."""
    if not stream.resumed and "in-progress-missing" not in stream.told:
        stream.told.add("in-progress-missing")
        now.say(
            "in-progress-missing",
            None,
            "/type",
            expected="response.in_progress",
            found=now.kind,
            earlier=stream.created,
        )


def after_error(stream: ResponsesStream, now: Arrival) -> None:
    """Something other than `response.failed` came after `error`."""
    if "event-after-error" not in stream.told:
        stream.told.add("event-after-error")
        now.say(
            "event-after-error",
            None,
            "/type",
            expected="response.failed",
            found=now.kind,
            earlier=stream.errors[-1][0],
        )


def after_terminal(stream: ResponsesStream, now: Arrival) -> None:
    """Something came after the end of the response."""
    earlier = stream.terminal[2] if stream.terminal else None
    if now.kind in TERMINALS and "event-after-terminal" not in stream.told:
        now.say(
            "second-terminal",
            None,
            "/type",
            expected="the end of the stream",
            found=now.kind,
            earlier=earlier,
        )
    elif "event-after-terminal" not in stream.told:
        stream.told.add("event-after-terminal")
        now.say(
            "event-after-terminal",
            None,
            "/type",
            expected="the end of the stream",
            found=now.kind,
            earlier=earlier,
        )


_CONSTANT = (("id", "response-id-changed"), ("created_at", "created-at-changed"), ("model", "model-changed"))


def _compare(stream: ResponsesStream, response: Body, now: Arrival) -> None:
    """Compare what identifies the response with the first event that said it."""
    for member, kind in _CONSTANT:
        value = response.get(member)
        if value is None:
            continue
        for _, mark, earlier in stream.lifecycle:
            first = earlier.get(member)
            if first is None:
                continue
            if first != value and kind not in stream.told:
                stream.told.add(kind)
                now.say(kind, None, f"/response/{member}", expected=first, found=value, earlier=mark)
            break


def finish(stream: ResponsesStream) -> Signals:
    """The stream has ended."""
    if stream.phase == OVER:
        return ()
    end = "the end of the stream"
    if stream.phase == "errored":
        earlier = stream.errors[-1][0]
        return (Signal("error-without-failed", None, "", "response.failed", end, earlier),)
    last = stream.lifecycle[-1][1] if stream.lifecycle else None
    return (Signal("terminal-missing", None, "", " or ".join(TERMINALS), end, last),)

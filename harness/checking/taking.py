"""Taking the events of a stream: the hot path, and everything that an event can be instead of ordinary.

The loop in `take` is the hot path of the product. An ordinary event costs its decoding, one comparison with its own
re-encoding (which shows duplicate keys), one call of a compiled schema, and one step of the machine (`_judge`);
everything else happens only when one of these says that something is not ordinary. And where an ordinary event did
nothing but add text, the next one that is spelled alike is known to be ordinary without all that
(`harness.checking.likeness`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from harness.checking.likeness import likeness
from harness.checking.lint import first_duplicate, holds_replacement, respelled, scrubbed
from harness.dialects.schema import schemas
from harness.dialects.signal import Signal
from harness.jsonvalue import kind_of, try_parse
from harness.rules import rule as names
from harness.sse.lines import fields
from harness.sse.payload import Fault, Payload, bare_payloads, diagnosed, is_cut, looks_like_done, merged
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.checking.hearing import Hearing, Observer
    from harness.checking.profiles import Profile
    from harness.dialects.schema import Problem
    from harness.dialects.signal import Body, Signals, Step
    from harness.rules.case import Case
    from harness.sse.event import SseEvent

_REPLACEMENT = "\ufffd".encode()
_MOST_KINDS = 512  # a hostile stream may have a new kind in every event

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _Lane(NamedTuple):
    """What the events of one kind meet."""

    is_valid: Callable[[object], bool]
    step: Step
    observers: tuple[Observer, ...]
    line: str | None


_UNKNOWN = -1  # no machine has moved so often


class Taking:
    """Leads the events of one stream past the schema, the machine and the rules.

    Args:
        case: The exchange.
        hearing: The rules.
        profile: Which overlays the schemas have.

    Attributes:
        adopted: How many events were taken that no client would see as such, less those that hold several.
    """

    def __init__(self, case: Case[Any], hearing: Hearing, profile: Profile) -> None:
        self.adopted = 0
        self._case = case
        self._hearing = hearing
        self._machine = case.stream
        self._kind = case.dialect.kind
        self._terminal = case.dialect.terminal
        self._vital = case.dialect.vital
        self._schemas = schemas(case.dialect.schema, overlays=profile.overlays)
        self._lanes: dict[str | None, _Lane] = {}
        self._again: Callable[[bytes], bool] | None = None  # takes data that is spelled like the last one
        self._usual: str | None = None  # the `event` line beside such data
        self._moves = _UNKNOWN  # how often the machine had moved after the last ordinary event
        self._watching = False  # U+FFFD may be in what comes
        self._everything = hearing.panel.observers(names.MESSAGE)

    def watch(self, data: bytes) -> None:
        """Look out for U+FFFD from now on, where these bytes may hold a part of one.

        It may lie across two reads; a single byte is found many times faster than three.
        """
        if not self._watching and (
            (b"\xbd" in data and _REPLACEMENT in data) or data.endswith((b"\xef", b"\xef\xbf"))
        ):
            self._watching = True

    def take(self, events: Iterable[SseEvent]) -> None:
        """Take the next events; the case is left showing the last of them."""
        if self._watching:
            events = self._watched(events)
        again, usual = self._again, self._usual
        event = None
        for event in events:
            if again is None or event.event is not usual or event.block or not again(event.data):
                self._judge(event)
                again, usual = self._again, self._usual
        if event is not None:
            self._case.event = self._case.wire.last = event

    def _judge(self, event: SseEvent) -> None:
        """Take an event that has to be decoded."""
        data = event.data
        if event.block or data[:1] != b"{":
            self._stop_at(event)
            self._unusual(event)
            return
        try:
            body = _decode(data)
            compact = _encode(body) == data
        except (ValueError, RecursionError):
            self._stop_at(event)
            self._broken(event)
            return
        kind = self._kind(body)
        lane = self._lanes.get(kind)
        if (
            lane is None
            or not compact
            or event.event is not lane.line
            or self._everything
            or not _fits(lane, body)
        ):
            self._stop_at(event)
            self._carefully(event, body, compact=compact)
        elif (signals := lane.step(event, body)) or lane.observers:
            self._stop_at(event)
            self._case.body = body
            self._tell(signals, lane.observers)
        elif self._moves != self._machine.moves:
            self._again, self._moves = None, self._machine.moves
        elif self._again is None:  # two in a row only added text
            self._again, self._usual = self._likeness(kind, body), lane.line

    def _stop_at(self, event: SseEvent) -> None:
        """Something is out of the ordinary: show the event, and look at the next ones anew."""
        self._case.event = event
        self._again, self._moves = None, _UNKNOWN

    def _likeness(self, kind: str | None, body: Body) -> Callable[[bytes], bool]:
        """What takes events that are spelled like this one, which only added text."""
        growth = self._machine.growth(kind or "", body)
        validator = self._schemas.validator(kind or "")
        if growth is None or validator is None:
            return _nothing_is_alike
        return likeness(body, growth, validator) or _nothing_is_alike

    def _carefully(self, event: SseEvent, body: Body, *, compact: bool) -> None:
        """Take an event with an object for its data, of which something else may be out of the ordinary.

        Args:
            event: It.
            body: Its data.
            compact: Whether a key can be twice in the data, or a character escaped, has been looked at.
        """
        self._case.body = body
        if not compact:
            self._respelled(event.data)
        kind = self._kind(body)
        lane = self._lanes.get(kind)
        if lane is None or event.event != lane.line:
            lane = self._lane(kind, event)
        if self._everything:
            self._hearing.call(self._everything)
        try:
            valid = lane.is_valid(body)
        except (ValueError, RecursionError):
            self.too_deep()
            return
        if valid:
            self._tell(lane.step(event, body), lane.observers)
        else:
            self._malformed(kind, event, body)

    def _tell(self, signals: Signals, observers: tuple[Observer, ...]) -> None:
        """Let the rules know what an event was."""
        hearing = self._hearing
        hearing.tell(signals)
        hearing.call(observers)
        hearing.settle()

    def _lane(self, kind: str | None, event: SseEvent) -> _Lane:
        """The lane of a kind that comes for the first time, or with another `event` line than before."""
        name = kind or ""
        known = self._lanes.get(kind)
        if known is None:
            wire = self._case.wire
            self._mark_first(event)
            if name in self._terminal and not wire.terminal:
                wire.terminal = True
                wire.terminal_at_us = wire.last_at_us
            validator = self._schemas.validator(name) if name else None
            known = _Lane(
                validator.is_valid if validator is not None else _anything,
                self._machine.step(name),
                self._hearing.panel.observers(name),
                event.event,
            )
            self._hearing.note(name)
            self._hearing.note(names.MESSAGE)
            if wire.done:
                # Nothing is remembered after the sentinel, so that every event comes by here.
                self._hearing.show(names.AFTER_DONE)
                return known
        lane = known._replace(line=event.event)
        self._hearing.show(names.EVENT_LINE)
        if len(self._lanes) < _MOST_KINDS:
            self._lanes[kind] = lane
        return lane

    def _mark_first(self, event: SseEvent) -> None:
        wire = self._case.wire
        if wire.first is None:
            wire.first = event
            wire.first_at_us = wire.last_at_us

    def _watched(self, events: Iterable[SseEvent]) -> Iterator[SseEvent]:
        """The events, while those with U+FFFD are counted."""
        for event in events:
            if _REPLACEMENT in event.data and holds_replacement(try_parse(event.data)[1]):
                self._mark_replaced(event)
            yield event

    def _mark_replaced(self, event: SseEvent) -> None:
        wire = self._case.wire
        wire.replaced += 1
        wire.replaced_event = wire.replaced_event or event

    def _unusual(self, event: SseEvent) -> None:
        """A block with more than plain data, or data that is no JSON object."""
        case = self._case
        self._mark_first(event)
        case.body = {}
        if not event.block:
            self._data(event)
            return
        case.lines = fields(event.block)
        case.wire.fault = None
        strange = any(not (line.is_known or line.is_comment) for line in case.lines)
        bare = bare_payloads(event) if strange else []
        case.wire.truncated |= not event.terminated and not bare and is_cut(event)
        self._hearing.show(names.BLOCK)
        if bare:
            self.adopted -= event.dispatched
            for payload in bare:
                self._adopt(event, payload)
        elif event.dispatched or (not event.terminated and event.data and not case.wire.truncated):
            self.adopted += not event.dispatched
            self._data(event)
        self._hearing.settle()

    def _data(self, event: SseEvent) -> None:
        """Take the data of an event, whatever it is."""
        case = self._case
        data = event.data
        if data == b"[DONE]":
            self._done(event)
            return
        if case.wire.done and data[:1] != b"{":
            self._hearing.show(names.AFTER_DONE)
        try:
            body = _decode(data)
        except (ValueError, RecursionError):
            self._broken(event)
            return
        if isinstance(body, dict):
            self._carefully(event, body, compact=_encode(body) == event.data)
            return
        case.body = {}
        case.wire.fault = Fault.DONE if looks_like_done(body) else None
        case.wire.broken = kind_of(body)
        self._hearing.show(names.NOT_OBJECT)
        if case.wire.fault:
            self._done(event)
        else:
            self._lost(event)
        self._hearing.settle()

    def _done(self, event: SseEvent) -> None:
        wire = self._case.wire
        wire.done += 1
        wire.fault = None
        self._case.body = {}
        if wire.done == 1:
            wire.done_event = event
            if not wire.terminal:
                wire.terminal = True
                wire.terminal_at_us = wire.last_at_us
            self._lanes.clear()  # so that whatever comes after it is noticed
            self._hearing.tell(self._machine.done(event))
        self._hearing.show(names.DONE)
        self._hearing.settle()

    def _adopt(self, event: SseEvent, payload: Payload) -> None:
        """Take as an event what the server meant to be one."""
        case = self._case
        case.event = msgspec.structs.replace(event, event=payload.event, data=payload.data, block=b"")
        self.adopted += 1
        self._data(case.event)
        case.event = event

    def _broken(self, event: SseEvent) -> None:
        """Data that the decoder refuses: say why, and go on with what can be read of it."""
        case = self._case
        self._mark_first(event)
        case.body = {}
        if not (event.terminated or event.block):  # the last element of an array, which was cut
            case.lines, case.wire.truncated = (), True
            self._hearing.show(names.BLOCK)
            self._hearing.settle()
            return
        diagnosis = diagnosed(event.data)
        case.wire.fault, case.wire.broken, value = diagnosis
        if diagnosis.fault is not Fault.RANGE:
            self._hearing.show(names.NOT_JSON)
        if diagnosis.fault is Fault.MERGED:
            self.adopted -= 1  # one of them counts already
            for payload in merged(event):
                self._adopt(event, payload)
        elif diagnosis.fault is Fault.DONE:
            self._done(event)
        elif isinstance(value, dict) and diagnosis.fault is not Fault.UTF8:
            self._carefully(event, value, compact=True)
        elif diagnosis.fault not in {Fault.EMPTY, Fault.COMMENT}:
            self._lost(event)
        self._hearing.settle()

    def _lost(self, event: SseEvent) -> None:
        """Nothing of the event can be believed; it may have been any."""
        case, wire = self._case, self._case.wire
        case.body = {}
        wire.lost = event
        wire.lacking = True
        if wire.before_lost is None and event.data.lstrip().startswith(b"{"):
            wire.before_lost = turn_of(case.dialect.name, case.stream)
        self._hearing.tell(self._machine.lost(event))

    def too_deep(self) -> None:
        """The schema's validator gave up."""
        self._case.body = {}
        self._case.wire.fault, self._case.wire.broken = Fault.DEPTH, "the data is nested too deeply"
        self._hearing.show(names.NOT_JSON)
        if self._case.event is not None:
            self._lost(self._case.event)
        self._hearing.settle()

    def _respelled(self, data: bytes) -> None:
        """The payload is not spelled as we would: only then can a key be there twice, or U+FFFD be escaped."""
        event = self._case.event
        if (
            b"\\u" in data
            and event is not None
            and _REPLACEMENT not in data
            and holds_replacement(self._case.body)
        ):
            self._mark_replaced(event)
        if respelled(data, self._case.body, _encode) and (pointer := first_duplicate(data)) is not None:
            self._hearing.tell((Signal(names.DUPLICATE_KEYS, pointer=pointer),))

    def is_vital(self, problem: Problem) -> bool:
        """Whether what does not fit is something that the answer is made of."""
        path = [token for token in f"{problem.pointer}/{problem.field}".split("/") if not token.isdigit()]
        member = problem.field if problem.keyword == "required" else path[-1] or "".join(path[-2:-1])
        return member in self._vital

    def _malformed(self, kind: str | None, event: SseEvent, body: Body) -> None:
        case = self._case
        validator = self._schemas.validator(kind or "")
        problems = validator.misfits(body) if validator else []
        case.problems = problems
        signals = self._machine.malformed(kind or "", event, scrubbed(body, problems))
        if any(map(self.is_vital, problems)):
            case.wire.lacking = True
            signals += self._machine.lacking(event)
        self._hearing.tell(signals)
        self._hearing.show(names.MALFORMED)
        case.problems = []
        self._hearing.settle()


def _fits(lane: _Lane, body: Body) -> bool:
    try:
        return lane.is_valid(body)
    except (ValueError, RecursionError):
        return False  # nested too deeply


def _nothing_is_alike(_: bytes) -> bool:
    return False


def _anything(_: object) -> bool:
    return True

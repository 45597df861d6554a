"""The checker: one pass over the bytes of one exchange.

The loop in `_take` is the hot path of the product. An ordinary event costs its decoding, one comparison with
its own re-encoding (which shows duplicate keys), one call of a compiled schema, and one step of the machine;
everything else happens only when one of these says that something is not ordinary.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from harness.cassettes.exchange import Ending, How
from harness.checking.array_body import ArrayDecoder, StreamOrArray
from harness.checking.grouping import Groups
from harness.checking.lint import first_duplicate, holds_replacement, respelled, scrubbed
from harness.dialects.schema import schemas
from harness.dialects.signal import Signal
from harness.errors import EventTooLarge
from harness.jsonvalue import try_parse
from harness.rules import rule as names
from harness.sse.decoder import Decoder
from harness.sse.lines import fields
from harness.sse.payload import Fault, Payload, bare_payloads, diagnosed, looks_like_done, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.checking.panel import Panel
    from harness.checking.profiles import Profile
    from harness.dialects.dialect import Dialect
    from harness.dialects.signal import Body, Step
    from harness.findings import Finding
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.sse.event import SseEvent

    Observer = Callable[[Case[Any]], Found]

DEFAULT_IDLE_US = 60_000_000
"""How long a stream may be silent before that is worth a finding, in microseconds."""

_WAITED = frozenset({How.COMPLETE, How.SERVER_CUT, How.RESET, How.TIMEOUT})  # somebody was reading to the end
_REPLACEMENT = "\ufffd".encode()
_ANSWERS = frozenset({"choices", "output", "content", "candidates"})

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _Lane(NamedTuple):
    """What the events of one kind meet."""

    is_valid: Callable[[object], bool]
    step: Step
    observers: tuple[Observer, ...]
    line: str | None


class Check:
    """Judges one exchange while its body comes in.

    Args:
        case: The exchange, with what is known before the body.
        panel: The rules.
        profile: The same profile as the panel's.
        idle_us: How long nothing may come.
        limit: Largest event, in bytes.
    """

    def __init__(
        self,
        case: Case[Any],
        panel: Panel,
        profile: Profile,
        *,
        idle_us: int = DEFAULT_IDLE_US,
        limit: int = 64 * 1024 * 1024,
    ) -> None:
        self.case = case
        self.panel = panel
        self.seen: set[str] = set()
        self._dialect: Dialect = case.dialect
        self._machine = case.stream
        self._kind = case.dialect.kind
        self._schemas = schemas(case.dialect.schema, overlays=profile.overlays)
        self._limit = limit
        self._decoder: Decoder | StreamOrArray = (
            StreamOrArray(limit) if case.dialect.name == "gemini" else Decoder(limit, every_block=True)
        )
        self._idle_us = idle_us
        self._lanes: dict[str | None, _Lane] = {}
        self._refused = False  # a block was too large: nothing more is decoded
        self._watching = False  # U+FFFD may be in what comes
        self._closing = False  # whatever is found from now on is settled at the very end
        self._adopted = 0  # events that no client would see as such
        self._here: list[Finding] = []
        self._groups = Groups(profile.settings, {rule.id: type(rule).severity for rule in panel.rules})
        self._everything = panel.observers(names.MESSAGE)
        self._show(names.OPEN)
        self._settle()

    @property
    def findings(self) -> list[Finding]:
        """What was found so far: repeats as one, severities as the profile wants them."""
        return self._groups.findings()

    @findings.setter
    def findings(self, findings: Iterable[Finding]) -> None:
        self._groups.put(findings)

    def feed(self, data: bytes, at_us: int | None = None) -> None:
        """Take the next bytes of the body, content-encoding undone.

        Args:
            data: The bytes.
            at_us: When they came, in microseconds after the head; None where that is not known.
        """
        wire = self.case.wire
        at = wire.bytes
        wire.bytes = at + len(data)
        if at_us is not None:
            gap = at_us - (wire.last_at_us or 0)
            wire.last_at_us = at_us
            if gap > self._idle_us:
                wire.gap_us = gap
                self._show(names.IDLE)
        if b"\r" in data and wire.carriage_return is None:
            wire.carriage_return = at + data.index(b"\r")
        if self._refused:
            return
        # What is looked for may lie across two reads; a single byte is found many times faster than three.
        if not self._watching and (
            (b"\xbd" in data and _REPLACEMENT in data) or data.endswith((b"\xef", b"\xef\xbf"))
        ):
            self._watching = True
        try:
            events = self._decoder.feed(data)
            self._take(self._watched(events) if self._watching else events)
        except EventTooLarge as error:
            self._refused = wire.truncated = True
            self.case.event = None
            self._show_signal(Signal(names.TOO_LARGE, found=error.message))
            self._settle()

    def finish(self, ending: Ending | None = None) -> None:
        """The body has ended."""
        case, wire = self.case, self.case.wire
        case.ending = ending
        self._closing = True  # so that what ended the stream can speak for everything that is missing
        with suppress(EventTooLarge):  # reported where it happened
            events = self._decoder.finish()
            self._take(self._watched(events) if self._watching else events)
        case.event = None
        case.body = {}
        wire.events = self._decoder.dispatched + self._adopted
        if ending is not None and wire.last_at_us is not None and not wire.terminal and ending.how in _WAITED:
            wire.gap_us = ending.at_us - wire.last_at_us
            if wire.gap_us > self._idle_us:
                self._show(names.IDLE)
        for signal in self._machine.finish():
            self._show_signal(signal)
        self._show(names.CLOSE)
        self._closing = False
        self._settle()

    def whole(self, body: bytes, ending: Ending | None = None) -> None:
        """Judge an answer without a stream, in place of `feed` and `finish`."""
        case = self.case
        case.ending = ending
        case.wire.bytes = len(body)
        refused = case.status is not None and case.status >= 400
        try:
            value = _decode(body)
        except (ValueError, RecursionError):
            diagnosis = diagnosed(body)
            case.wire.fault, case.wire.broken, value = diagnosis
            if diagnosis.fault is not Fault.RANGE and not refused:
                self._show(names.NOT_JSON)
            if not refused and not isinstance(value, dict):
                self._close_whole()
                return
        if not isinstance(value, dict):
            if isinstance(value, list) and self._dialect.name == "gemini" and not refused:
                self._elements(body)
                return
            case.wire.broken = case.wire.broken or type(value).__name__
            self._show(names.REFUSED if refused else names.NOT_OBJECT)
            self._close_whole()
            return
        case.body = value
        if (pointer := first_duplicate(body)) is not None:
            self._show_signal(Signal(names.DUPLICATE_KEYS, pointer=pointer))
        if refused:
            self._show(names.REFUSED)
        elif value.get("error") is not None and _ANSWERS.isdisjoint(value):
            self._show(names.ERROR_INSTEAD)
        else:
            self._whole_answer(value)
        self._close_whole()

    def _elements(self, body: bytes) -> None:
        """Judge an array of Gemini that came whole as the stream that it is."""
        decoder = ArrayDecoder(self._limit)
        with suppress(EventTooLarge):
            self._take([*decoder.feed(body), *decoder.finish()])
        self.case.wire.events = decoder.dispatched
        self.case.event, self.case.body = None, {}
        for signal in self._machine.finish():
            self._show_signal(signal)
        self._close_whole()

    def _whole_answer(self, body: Body) -> None:
        case = self.case
        kind = self._dialect.whole
        self.seen.add(kind)
        validator = self._schemas.validator(kind)
        try:
            valid = validator is None or validator.is_valid(body)
        except (ValueError, RecursionError):
            self._too_deep()
            return
        if validator is not None and not valid:
            case.problems = [one for one in validator.problems(body) if not one.newer]
            for signal in self._machine.whole(scrubbed(body, case.problems)):
                self._show_signal(signal)
            self._show(names.MALFORMED)
            return
        for signal in self._machine.whole(body):
            self._show_signal(signal)
        self._show(names.WHOLE)

    def _close_whole(self) -> None:
        self._show(names.CLOSE)
        self._settle()

    def revise(self, change: Callable[[Finding], Finding | None]) -> None:
        """Replace each finding by what a function makes of it; None takes it away."""
        self._groups.revise(change)

    def compare(self) -> None:
        """Show the rules on translation both halves; after `finish` or `whole`."""
        self.case.event = None
        self._show(names.COMPARE)
        self._settle()

    def _take(self, events: Iterable[SseEvent]) -> None:  # noqa: C901, PLR0912 - one loop, inlined because it is the hot path
        case, lanes, kind_of = self.case, self._lanes, self._kind
        for event in events:
            data = event.data
            case.event = event
            if event.block or data[:1] != b"{":
                self._unusual(event)
                continue
            try:
                body = _decode(data)
                compact = _encode(body) == data
            except (ValueError, RecursionError):
                self._broken(event)
                continue
            case.body = body
            if not compact:
                self._respelled(data)
            kind = kind_of(body)
            try:
                is_valid, step, observers, line = lanes[kind]
            except KeyError:
                is_valid, step, observers, line = self._lane(kind, event)
            if event.event is not line and event.event != line:
                self._lane(kind, event)
            if self._everything:
                self._call(self._everything)
            try:
                valid = is_valid(body)
            except (ValueError, RecursionError):
                self._too_deep()
                continue
            if not valid:
                self._malformed(kind, event, body)
                continue
            if signals := step(event, body):
                for signal in signals:
                    self._show_signal(signal)
            if observers:
                self._call(observers)
            if self._here:
                self._settle()
        case.wire.last = case.event

    def _lane(self, kind: str | None, event: SseEvent) -> _Lane:
        """The lane of a kind that comes for the first time, or with another `event` line than before."""
        name = kind or ""
        known = self._lanes.get(kind)
        if known is None:
            wire = self.case.wire
            self._mark_first(event)
            if name in self._dialect.terminal and not wire.terminal:
                wire.terminal = True
                wire.terminal_at_us = wire.last_at_us
            validator = self._schemas.validator(name) if name else None
            known = _Lane(
                validator.is_valid if validator is not None else _anything,
                self._machine.step(name),
                self.panel.observers(name),
                event.event,
            )
            self.seen.add(name)
            self.seen.add(names.MESSAGE)
            if wire.done:
                # Nothing is remembered after the sentinel, so that every event comes by here.
                self._show(names.AFTER_DONE)
                return known
        lane = known._replace(line=event.event)
        self._show(names.EVENT_LINE)
        if len(self._lanes) < 512:  # a hostile stream may have a new kind in every event
            self._lanes[kind] = lane
        return lane

    def _mark_first(self, event: SseEvent) -> None:
        wire = self.case.wire
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
        wire = self.case.wire
        wire.replaced += 1
        wire.replaced_event = wire.replaced_event or event

    def _unusual(self, event: SseEvent) -> None:
        """A block with more than plain data, or data that is no JSON object."""
        case = self.case
        self._mark_first(event)
        case.body = {}
        if not event.block:
            self._data(event)
            return
        case.lines = fields(event.block)
        case.wire.fault = None
        strange = any(not (line.is_known or line.is_comment) for line in case.lines)
        bare = bare_payloads(event) if strange else []
        case.wire.truncated |= not event.terminated and not bare and _is_cut(event)
        self._show(names.BLOCK)
        if bare:
            self._adopted -= event.dispatched
            for payload in bare:
                self._adopt(event, payload)
        elif event.dispatched or (not event.terminated and event.data and not case.wire.truncated):
            self._adopted += not event.dispatched
            self._data(event)
        self._settle()

    def _data(self, event: SseEvent) -> None:
        """Take the data of an event, whatever it is."""
        case = self.case
        data = event.data
        if data == b"[DONE]":
            self._done(event)
            return
        if case.wire.done and data[:1] != b"{":
            self._show(names.AFTER_DONE)
        try:
            body = _decode(data)
        except (ValueError, RecursionError):
            self._broken(event)
            return
        if isinstance(body, dict):
            self._ordinary(event, body)
            return
        case.body = {}
        case.wire.fault = Fault.DONE if looks_like_done(body) else None
        case.wire.broken = type(body).__name__
        self._show(names.NOT_OBJECT)
        if case.wire.fault:
            self._done(event)
        self._settle()

    def _done(self, event: SseEvent) -> None:
        wire = self.case.wire
        wire.done += 1
        wire.fault = None
        self.case.body = {}
        if wire.done == 1:
            wire.done_event = event
            if not wire.terminal:
                wire.terminal = True
                wire.terminal_at_us = wire.last_at_us
            self._lanes.clear()  # so that whatever comes after it is noticed
            for signal in self._machine.done(event):
                self._show_signal(signal)
        self._show(names.DONE)
        self._settle()

    def _adopt(self, event: SseEvent, payload: Payload) -> None:
        """Take as an event what the server meant to be one."""
        case = self.case
        case.event = msgspec.structs.replace(event, event=payload.event, data=payload.data, block=b"")
        self._adopted += 1
        self._data(case.event)
        case.event = event

    def _ordinary(self, event: SseEvent, body: Body, *, readable: bool = True) -> None:
        """What `_take` does, for an event that was looked at first."""
        case = self.case
        case.body = body
        if readable and _encode(body) != event.data:
            self._respelled(event.data)
        kind = self._kind(body)
        lane = self._lanes.get(kind) or self._lane(kind, event)
        if lane.line != event.event:
            self._lane(kind, event)
        if self._everything:
            self._call(self._everything)
        try:
            valid = lane.is_valid(body)
        except (ValueError, RecursionError):
            self._too_deep()
            return
        if not valid:
            self._malformed(kind, event, body)
            return
        for signal in lane.step(event, body):
            self._show_signal(signal)
        self._call(lane.observers)
        self._settle()

    def _broken(self, event: SseEvent) -> None:
        """Data that the decoder refuses: say why, and go on with what can be read of it."""
        case = self.case
        self._mark_first(event)
        case.body = {}
        diagnosis = diagnosed(event.data)
        case.wire.fault, case.wire.broken, value = diagnosis
        if diagnosis.fault is not Fault.RANGE:
            self._show(names.NOT_JSON)
        if diagnosis.fault is Fault.MERGED:
            self._adopted -= 1  # one of them counts already
            for payload in merged(event):
                self._adopt(event, payload)
        elif diagnosis.fault is Fault.DONE:
            self._done(event)
        elif isinstance(value, dict):
            self._ordinary(event, value, readable=False)
        self._settle()

    def _too_deep(self) -> None:
        """The schema's validator gave up."""
        self.case.body = {}
        self.case.wire.fault, self.case.wire.broken = Fault.DEPTH, "the data is nested too deeply"
        self._show(names.NOT_JSON)
        self._settle()

    def _respelled(self, data: bytes) -> None:
        """The payload is not spelled as we would: only then can a key be there twice, or U+FFFD be escaped."""
        event = self.case.event
        if (
            b"\\u" in data
            and event is not None
            and _REPLACEMENT not in data
            and holds_replacement(self.case.body)
        ):
            self._mark_replaced(event)
        if respelled(data, self.case.body, _encode) and (pointer := first_duplicate(data)) is not None:
            self._show_signal(Signal(names.DUPLICATE_KEYS, pointer=pointer))

    def _malformed(self, kind: str | None, event: SseEvent, body: Body) -> None:
        case = self.case
        validator = self._schemas.validator(kind or "")
        problems = [one for one in validator.problems(body) if not one.newer] if validator else []
        case.problems = problems
        for signal in self._machine.malformed(kind or "", event, scrubbed(body, problems)):
            self._show_signal(signal)
        self._show(names.MALFORMED)
        case.problems = []
        self._settle()

    def _show(self, name: str) -> None:
        """Let everybody observe who asked for moments of that name."""
        self.seen.add(name)
        self._call(self.panel.observers(name))

    def _show_signal(self, signal: Signal) -> None:
        case = self.case
        case.signal = signal
        self._show(signal.kind)
        case.signal = None

    def _call(self, observers: Iterable[Observer]) -> None:
        for observe in observers:
            found = observe(self.case)
            if found:
                if isinstance(found, tuple):
                    self._here += found
                else:
                    self._here.append(found)

    def _settle(self) -> None:
        """Of the findings of this moment, keep those that no other one speaks for."""
        here = self._here
        if not here or self._closing:
            return
        if len(here) > 1:
            spoken = {one.rule for one in here}
            beaten = {loser for rule in self.panel.rules if rule.id in spoken for loser in rule.supersedes}
            here = [one for one in here if one.rule not in beaten]
        self._groups.take(here)
        self._here = []


def _is_cut(event: SseEvent) -> bool:
    """Whether an unterminated block ends in the middle of an event; one that only lacks its blank line does not."""
    if all(line.is_comment for line in fields(event.block)):
        return False
    if not event.data:
        return True
    try:
        _decode(event.data)
    except (ValueError, RecursionError):
        return diagnosed(event.data).fault in {Fault.SYNTAX, Fault.EMPTY, Fault.UTF8, Fault.COMMENT}
    return False


def _anything(_: object) -> bool:
    return True

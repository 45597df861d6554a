"""The checker: one pass over the bytes of one exchange.

The loop in `_take` is the hot path of the product. An ordinary event costs its decoding, one comparison with
its own re-encoding (which shows duplicate keys), one call of a compiled schema, and one step of the machine;
everything else happens only when one of these says that something is not ordinary.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from harness.checking.grouping import Groups
from harness.checking.lint import first_duplicate, respelled, scrubbed
from harness.dialects.schema import schemas
from harness.dialects.signal import Signal
from harness.errors import EventTooLarge
from harness.rules import rule as names
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.cassettes.exchange import Ending
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

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _Lane(NamedTuple):
    """What the events of one kind meet."""

    is_valid: Callable[[object], bool]
    step: Step
    observers: tuple[Observer, ...]


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
        self._decoder = Decoder(limit, every_block=True)
        self._idle_us = idle_us
        self._lanes: dict[str, _Lane] = {}
        self._here: list[Finding] = []
        self._groups = Groups(profile.settings, {rule.id: type(rule).severity for rule in panel.rules})
        self._everything = panel.observers(names.MESSAGE)
        self._show(names.OPEN)
        self._settle()

    @property
    def findings(self) -> list[Finding]:
        """What was found so far: repeats as one, severities as the profile wants them."""
        return self._groups.findings()

    def feed(self, data: bytes, at_us: int | None = None) -> None:
        """Take the next bytes of the body, content-encoding undone.

        Args:
            data: The bytes.
            at_us: When they came, in microseconds after the head; None where that is not known.
        """
        wire = self.case.wire
        wire.bytes += len(data)
        if at_us is not None:
            gap = at_us - (wire.last_at_us or 0)
            wire.last_at_us = at_us
            if gap > self._idle_us:
                wire.gap_us = gap
                self._show(names.IDLE)
        if b"\r" in data:
            wire.carriage_returns = True
        try:
            self._take(self._decoder.feed(data))
        except EventTooLarge as error:
            self._show_signal(Signal("too-large", found=error.message))
            self._settle()

    def finish(self, ending: Ending | None = None) -> None:
        """The body has ended."""
        case = self.case
        with suppress(EventTooLarge):  # reported where it happened
            self._take(self._decoder.finish())
        case.event = None
        case.body = {}
        case.wire.events = self._decoder.dispatched
        case.ending = ending
        for signal in self._machine.finish():
            self._show_signal(signal)
        self._show(names.CLOSE)
        self._settle()

    def whole(self, body: bytes, ending: Ending | None = None) -> None:
        """Judge an answer without a stream, in place of `feed` and `finish`."""
        case = self.case
        case.ending = ending
        case.wire.bytes = len(body)
        refused = case.status is not None and case.status >= 400
        try:
            value = _decode(body)
        except (ValueError, RecursionError) as error:
            case.wire.broken = str(error)
            self._show(names.REFUSED if refused else names.NOT_JSON)
            self._close_whole()
            return
        if not isinstance(value, dict):
            self._show(names.REFUSED if refused else names.NOT_OBJECT)
            self._close_whole()
            return
        case.body = value
        if (pointer := first_duplicate(body)) is not None:
            self._show_signal(Signal(names.DUPLICATE_KEYS, pointer=pointer))
        if refused:
            self._show(names.REFUSED)
        else:
            self._whole_answer(value)
        self._close_whole()

    def _whole_answer(self, body: Body) -> None:
        case = self.case
        kind = self._dialect.whole
        self.seen.add(kind)
        validator = self._schemas.validator(kind)
        if validator is not None and not validator.is_valid(body):
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

    def compare(self) -> None:
        """Show the rules on translation both halves; after `finish` or `whole`."""
        self.case.event = None
        self._show(names.COMPARE)
        self._settle()

    def _take(self, events: Iterable[SseEvent]) -> None:  # noqa: C901 - one loop, inlined because it is the hot path
        case, lanes, kind_of = self.case, self._lanes, self._kind
        wire = case.wire
        for event in events:
            data = event.data
            case.event = event
            if event.block or data[:1] != b"{":
                self._unusual(event)
                continue
            try:
                body = _decode(data)
            except (ValueError, RecursionError) as error:
                self._broken(event, error)
                continue
            wire.last = event
            case.body = body
            if _encode(body) != data:
                self._respelled(data)
            kind = kind_of(body)
            try:
                is_valid, step, observers = lanes[kind]  # type: ignore[index]
            except KeyError:
                is_valid, step, observers = self._lane(kind, body)
            if self._everything:
                self._call(self._everything)
            if not is_valid(body):
                self._malformed(kind, event, body)
                continue
            if signals := step(event, body):
                for signal in signals:
                    self._show_signal(signal)
            if observers:
                self._call(observers)
            if self._here:
                self._settle()

    def _lane(self, kind: str | None, body: Body) -> _Lane:
        """The lane of a kind that comes for the first time."""
        del body
        name = kind or ""
        validator = self._schemas.validator(name) if name else None
        lane = _Lane(
            validator.is_valid if validator is not None else _anything,
            self._machine.step(name),
            self.panel.observers(name),
        )
        self.seen.add(name)
        self.seen.add(names.MESSAGE)
        if len(self._lanes) < 512:  # a hostile stream may have a new kind in every event
            self._lanes[kind] = lane  # type: ignore[index]
        return lane

    def _unusual(self, event: SseEvent) -> None:
        """A block with more than plain data, or data that is no JSON object."""
        case = self.case
        case.wire.last = event
        if event.block:
            self._show(names.BLOCK)
            if event.id is not None:
                case.wire.ids = True
        data = event.data
        if not event.dispatched:
            self._settle()
            return
        if data == b"[DONE]":
            case.wire.done += 1
            case.body = {}
            for signal in self._machine.done(event):
                self._show_signal(signal)
            self._show(names.DONE)
            self._settle()
            return
        try:
            body = _decode(data)
        except (ValueError, RecursionError) as error:
            self._broken(event, error)
            return
        if not isinstance(body, dict):
            case.body = {}
            case.wire.broken = type(body).__name__
            self._show(names.NOT_OBJECT)
            self._settle()
            return
        self._ordinary(event, body)

    def _ordinary(self, event: SseEvent, body: Body) -> None:
        """What `_take` does, for an event whose block was looked at first."""
        case = self.case
        case.body = body
        if _encode(body) != event.data:
            self._respelled(event.data)
        kind = self._kind(body)
        lane = self._lanes.get(kind or "") or self._lane(kind, body)
        if self._everything:
            self._call(self._everything)
        if not lane.is_valid(body):
            self._malformed(kind, event, body)
            return
        for signal in lane.step(event, body):
            self._show_signal(signal)
        self._call(lane.observers)
        self._settle()

    def _broken(self, event: SseEvent, error: Exception) -> None:
        case = self.case
        case.body = {}
        case.wire.last = event
        case.wire.broken = str(error)
        self._show(names.NOT_JSON)
        self._settle()

    def _respelled(self, data: bytes) -> None:
        """The payload is not spelled as we would: only then can a key be there twice."""
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
        if not here:
            return
        if len(here) > 1:
            spoken = {one.rule for one in here}
            beaten = {loser for rule in self.panel.rules if rule.id in spoken for loser in rule.supersedes}
            here = [one for one in here if one.rule not in beaten]
        self._groups.take(here)
        self._here = []


def _anything(_: object) -> bool:
    return True

"""The checker: one pass over the bytes of one exchange, from its head to its ending."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from harness.cassettes.exchange import Ending, How
from harness.checking.hearing import Hearing
from harness.checking.lint import first_duplicate, scrubbed
from harness.checking.taking import Taking
from harness.dialects.schema import schemas
from harness.dialects.signal import Signal
from harness.errors import EventTooLarge
from harness.jsonvalue import kind_of
from harness.rules import rule as names
from harness.sse.array_stream import StreamOrArray
from harness.sse.decoder import Decoder
from harness.sse.payload import Fault, diagnosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.checking.panel import Panel
    from harness.checking.profiles import Profile
    from harness.dialects.dialect import Dialect
    from harness.dialects.signal import Body
    from harness.findings import Finding
    from harness.rules.case import Case

DEFAULT_IDLE_US = 60_000_000
"""How long a stream may be silent before that is worth a finding, in microseconds."""

_WAITED = frozenset({How.COMPLETE, How.SERVER_CUT, How.RESET, How.TIMEOUT})  # somebody was reading to the end
_ANSWERS = frozenset({"choices", "output", "content", "candidates"})

_decode = msgspec.json.Decoder().decode


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
        self._hearing = Hearing(case, panel, profile)
        self._taking = Taking(case, self._hearing, profile)
        self._dialect: Dialect = case.dialect
        self._machine = case.stream
        self._schemas = schemas(case.dialect.schema, overlays=profile.overlays)
        self._limit = limit
        self._decoder: Decoder | StreamOrArray = (
            StreamOrArray(limit, every_block=True)
            if case.dialect.arrays
            else Decoder(limit, every_block=True)
        )
        self._idle_us = idle_us
        self._refused = False  # a block was too large: nothing more is decoded
        self._hearing.show(names.OPEN)
        self._hearing.settle()

    @property
    def findings(self) -> list[Finding]:
        """What was found so far: repeats as one, severities as the profile wants them."""
        return self._hearing.findings

    @findings.setter
    def findings(self, findings: Iterable[Finding]) -> None:
        self._hearing.findings = list(findings)

    @property
    def seen(self) -> set[str]:
        """Every name of a moment, wire type and kind of signal that occurred."""
        return self._hearing.seen

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
                self._hearing.show(names.IDLE)
        if b"\r" in data and wire.carriage_return is None:
            wire.carriage_return = at + data.index(b"\r")
        if self._refused:
            return
        self._taking.watch(data)
        try:
            self._taking.take(self._decoder.feed(data))
        except EventTooLarge as error:
            self._refused = wire.truncated = True
            self.case.event = None
            self._hearing.tell((Signal(names.TOO_LARGE, found=error.message),))
            self._hearing.settle()

    def finish(self, ending: Ending | None = None) -> None:
        """The body has ended."""
        case, wire = self.case, self.case.wire
        case.ending = ending
        self._hearing.held = True  # so that what ended the stream can speak for everything that is missing
        with suppress(EventTooLarge):  # reported where it happened
            self._taking.take(self._decoder.finish())
        case.event = None
        case.body = {}
        wire.events = self._decoder.dispatched + self._taking.adopted
        if ending is not None and wire.last_at_us is not None and not wire.terminal and ending.how in _WAITED:
            wire.gap_us = ending.at_us - wire.last_at_us
            if wire.gap_us > self._idle_us:
                self._hearing.show(names.IDLE)
        self._hearing.tell(self._machine.finish())
        self._hearing.show(names.CLOSE)
        self._hearing.held = False
        self._hearing.settle()

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
            case.wire.lacking = True
            case.wire.fault, case.wire.broken, value = diagnosis
            if diagnosis.fault is not Fault.RANGE and not refused:
                self._hearing.show(names.NOT_JSON)
            if not refused and not isinstance(value, dict):
                self._close_whole()
                return
        if not isinstance(value, dict):
            case.wire.broken = case.wire.broken or kind_of(value)
            self._hearing.show(names.REFUSED if refused else names.NOT_OBJECT)
            self._close_whole()
            return
        case.body = value
        if (pointer := first_duplicate(body)) is not None:
            self._hearing.tell((Signal(names.DUPLICATE_KEYS, pointer=pointer),))
        if refused:
            self._hearing.show(names.REFUSED)
        elif value.get("error") is not None and _ANSWERS.isdisjoint(value):
            self._hearing.show(names.ERROR_INSTEAD)
        else:
            self._whole_answer(value)
        self._close_whole()

    def _whole_answer(self, body: Body) -> None:
        case = self.case
        kind = self._dialect.whole
        self._hearing.seen.add(kind)
        validator = self._schemas.validator(kind)
        try:
            valid = validator is None or validator.is_valid(body)
        except (ValueError, RecursionError):
            self._taking.too_deep()
            return
        if validator is not None and not valid:
            case.problems = validator.misfits(body)
            case.wire.lacking = any(map(self._taking.is_vital, case.problems))
            self._hearing.tell(self._machine.whole(scrubbed(body, case.problems)))
            self._hearing.show(names.MALFORMED)
            return
        self._hearing.tell(self._machine.whole(body))
        self._hearing.show(names.WHOLE)

    def _close_whole(self) -> None:
        self._hearing.show(names.CLOSE)
        self._hearing.settle()

    def revise(self, change: Callable[[Finding], Finding | None]) -> None:
        """Replace each finding by what a function makes of it; None takes it away."""
        self._hearing.revise(change)

    def compare(self) -> None:
        """Show the rules on translation both halves; after `finish` or `whole`."""
        self.case.event = None
        self._hearing.show(names.COMPARE)
        self._hearing.settle()

"""The Responses machine: follows a stream event by event, along the table of the grammar.

Nearly every event of a stream is one more delta of a text that is open. For these `step` gives functions that
compare the event with the last delta of its kind in the same item (same item, same part, next number) and append.
The comparison is remembered in `_live` after a delta took the long way and was in order; every event that is no
delta forgets all of it. So the short way cannot accept what the table does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from harness.dialects.growth import Growth, Path, padding_of
from harness.dialects.members import listed, mapping, text
from harness.dialects.responses import items, lifecycle, losing, pieces, texts
from harness.dialects.responses.arrival import Arrival
from harness.dialects.responses.grammar import OVER, ROWS, VENDOR, Layer, Role, Row
from harness.dialects.responses.state import Item, Part, ResponsesStream

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Signal, Signals, Step
    from harness.sse.event import SseEvent

_Live: TypeAlias = "dict[int, tuple[Any, ...]]"
"""By `output_index`, what the next delta is compared with: item id, index and part where there is one, `write`."""

_MOST_TOLD = 1_000  # a hostile stream may have a new type in every event

_DELTA: Path = ("delta",)
_NUMBER: Path = ("sequence_number",)
_STRANGER = Row(Layer.ASIDE, Role.MOVE, frozenset(), "")
_QUICK = {Layer.PART: "content_index", Layer.SUMMARY: "summary_index", Layer.TEXT: None}


def _counted(logprobs: Any, part: Part) -> bool:
    """Count what the delta says of log probabilities; False where that is worth telling."""
    if logprobs:
        part.with_logprobs += 1
    elif logprobs is None:
        if not part.without_logprobs:
            return False
        part.without_logprobs += 1
    return True


class ResponsesMachine(ResponsesStream):
    """Follows one exchange of the Responses API.

    Args:
        asked: What the request asked for; None where it is not known.
    """

    def __init__(self, asked: Asked | None = None) -> None:
        super().__init__(asked)
        self._live: dict[str, _Live] = {}
        self.moves = 0

    def growth(self, kind: str, body: Body) -> Growth | None:
        """How the next delta of the same text may differ, after one that took the short way."""
        event: Any = body
        row = ROWS.get(VENDOR.get(kind, kind))
        live = self._live.get(kind, {}).get(event.get("output_index"))
        if row is None or live is None:
            return None
        if row.kind == "output_text" and event.get("logprobs") != []:
            return None  # these are counted
        if "sequence_number" not in event:
            return Growth(_DELTA, live[-1], padding_of(body))
        return Growth(_DELTA, live[-1], padding_of(body), _NUMBER, self)

    def step(self, kind: str) -> Step:
        """The function that takes the events of a wire type."""
        row = ROWS.get(VENDOR.get(kind, kind))
        if row is None:
            return self._unknown(kind)
        if row.role is Role.DELTA and row.layer in _QUICK:
            return self._delta(kind, row)
        return self._slow(kind, row)

    def malformed(self, kind: str, event: SseEvent, body: Body) -> Signals:
        """Move by an event whose payload does not fit its schema."""
        row = ROWS.get(VENDOR.get(kind, kind))
        if row is None:
            return self._unknown(kind)(event, body)
        return self._take(kind, row, event, body, fits=False)

    def lost(self, event: SseEvent) -> Signals:
        """Take an event that cannot be read."""
        del event
        losing.lose(self)
        for slots in self._live.values():
            slots.clear()
        return ()

    def lacking(self, event: SseEvent) -> Signals:
        """Take note that an event lacked something vital, which `malformed` has marked where it was."""
        del event
        return ()

    def done(self, event: SseEvent) -> Signals:
        """Take the sentinel `[DONE]`, which moves nothing."""
        del event
        return ()

    def finish(self) -> Signals:
        """The body has ended."""
        return lifecycle.finish(self)

    def whole(self, body: Body) -> Signals:
        """Take an answer without a stream."""
        self.answer = body
        self.phase = OVER
        self.terminal = (f"response.{text(body, 'status') or 'completed'}", body, None)
        for index, content in enumerate(listed(body.get("output"))):
            one = mapping(content)
            item = Item(index, text(one, "id") or "", text(one, "type") or "", None, None)
            item.done = one
            items.opened(self, item)
        return ()

    def _unknown(self, kind: str) -> Step:
        """Events of no known type: told once a type, unless their name says whose they are."""

        def take(event: SseEvent, body: Body) -> Signals:
            self.moves += 1
            now = Arrival(kind, _STRANGER, event, body, fits=False, signals=[])
            if "sequence_number" in body:
                lifecycle.number(self, now)
            if not kind:
                now.say("type-missing", None, "/type", expected="a string", found="(missing)")
                for item in self.order:
                    if item.closed is None:
                        texts.lose(item)  # it may have been a delta
            elif ":" not in kind and f"type {kind}" not in self.told and len(self.told) < _MOST_TOLD:
                self.told.add(f"type {kind}")
                now.say("type-unknown", None, "/type", expected="a type of the protocol", found=kind)
            return tuple(now.signals)

        return take

    def _slow(self, kind: str, row: Row) -> Step:
        def take(event: SseEvent, body: Body) -> Signals:
            return self._take(kind, row, event, body, fits=True)

        return take

    def _delta(self, kind: str, row: Row) -> Step:
        """The short way for a delta, with the long way behind it."""
        live = self._live.setdefault(kind, {})
        slow = self._slow(kind, row)
        index = _QUICK[row.layer]
        if index is None:
            return self._own_delta(live, slow)
        return self._piece_delta(live, slow, index, has_logprobs=row.kind == "output_text")

    def _own_delta(self, live: _Live, slow: Step) -> Step:
        """The short way for a text that the item itself has."""

        def take(event: SseEvent, body: Any) -> Signals:
            try:
                item_id, write = live[body["output_index"]]
                delta, number = body["delta"], body.get("sequence_number")
                if number == self.next_sequence and body["item_id"] == item_id and delta:
                    write(delta)
                    if number is not None:
                        self.next_sequence = number + 1
                    return ()
            except (KeyError, TypeError):
                pass
            return slow(event, body)

        return take

    def _piece_delta(self, live: _Live, slow: Step, index_name: str, *, has_logprobs: bool) -> Step:
        """The short way for an indexed part."""

        def take(event: SseEvent, body: Any) -> Signals:
            try:
                item_id, index, part, write = live[body["output_index"]]
                delta, number = body["delta"], body.get("sequence_number")
                if (
                    number == self.next_sequence
                    and body["item_id"] == item_id
                    and body[index_name] == index
                    and delta
                    and (
                        not has_logprobs or body.get("logprobs") == [] or _counted(body.get("logprobs"), part)
                    )
                ):
                    write(delta)
                    if number is not None:
                        self.next_sequence = number + 1
                    return ()
            except (KeyError, TypeError):
                pass
            return slow(event, body)

        return take

    def _take(self, kind: str, row: Row, event: SseEvent, body: Body, *, fits: bool) -> Signals:
        """Take an event the long way."""
        signals: list[Signal] = []
        self.moves += 1
        now = Arrival(kind, row, event, body, fits, signals)
        if "sequence_number" in body if row.layer is Layer.ASIDE else self.phase != OVER:
            lifecycle.number(self, now)  # what comes after the end is one finding, whatever its number
        elif not fits and self.phase != OVER:
            self.next_sequence = None  # its number may be what does not fit
        if kind in VENDOR and f"type {kind}" not in self.told:
            self.told.add(f"type {kind}")
            now.say("type-unknown", None, "/type", expected=VENDOR[kind], found=kind)
        if row.role is not Role.DELTA:
            for slots in self._live.values():
                slots.clear()
            if "obfuscation" in body:
                now.say("obfuscation-misplaced", None, "/obfuscation", expected="no such member", found="one")
        if row.layer is Layer.STREAM:
            lifecycle.move(self, now)
        elif row.layer is not Layer.ASIDE and lifecycle.inside(self, now):
            self._inside(now)
        if self.incomplete and signals:
            signals = losing.believable(self, now)
        return tuple(signals)

    def _inside(self, now: Arrival) -> None:
        """Take an event that moves an item, or something in one."""
        row = now.row
        if row.layer is Layer.AUDIO:
            return
        if row.layer is Layer.ITEM:
            (items.added if row.role is Role.ADD else items.done)(self, now)
            return
        item = items.item_of(self, now)
        if item is None:
            return
        if row.layer is Layer.STEP:
            texts.step(item, now)
            if now.kind.endswith(".partial_image"):
                texts.image(item, now)
        elif row.layer is Layer.TEXT:
            accumulator = texts.own_text(item, now)
            if not (now.signals and now.signals[-1].kind.endswith(("after-done", "done-twice"))):
                texts.step(item, now)
            if self._may_hurry(now):
                self._live[now.kind][item.index] = (item.id, accumulator.write)
        else:
            part = pieces.piece(item, now)
            texts.step(item, now)
            if part is not None and self._may_hurry(now):
                self._live[now.kind][item.index] = (item.id, part.index, part, part.text.write)

    @staticmethod
    def _may_hurry(now: Arrival) -> bool:
        """Whether a delta like this one, with the next number, would be in order as well."""
        return now.fits and not now.signals and now.row.role is Role.DELTA and now.row.layer in _QUICK

"""One answer on its way from an upstream to a client: bytes in, bytes out, at once and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.errors import EventTooLarge
from harness.jsonvalue import try_parse
from harness.sse.array_stream import StreamOrArray
from harness.sse.decoder import Decoder
from harness.sse.payload import Fault, bare_payloads, diagnosed, looks_like_done
from harness.translation.settling import Settling
from harness.turn.increments import Eof, Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.sse.event import SseEvent
    from harness.translation.readers.reader import Reader
    from harness.translation.session import Session
    from harness.translation.writers.writer import Writer
    from harness.turn.increments import Increment

_DONE: Final = b"[DONE]"
_LEGIBLE: Final = frozenset({Fault.SURROGATE, Fault.RANGE})
"""Data that is JSON but for what cannot be held: U+FFFD stands for the character, the largest number for the number."""
_TOO_LARGE: Final = Error(
    status=502,
    code="upstream_invalid_json",
    message="the upstream sent an event that is too large to be read",
)


class Answering:
    """Translates one answer.

    Feed it the upstream's stream and call `finish` once, or call `whole` once. What comes back is the client's stream;
    a client that wants a whole answer is given `body` at the end instead.

    Args:
        session: The exchange.
        reader: Of the upstream's dialect.
        writer: Of the client's.
        passes: What increments go through between reader and settling, in order (see `harness.translation.restoring`).

    Attributes:
        error: What went wrong, once it did. Where nothing was `begun`, the client is answered with its status.
        over: Nothing more will come out.
    """

    def __init__(
        self,
        session: Session,
        reader: Reader,
        writer: Writer,
        passes: Iterable[Callable[[Increment], Iterable[Increment]]] = (),
    ) -> None:
        self.session = session
        self.error: Error | None = None
        self.over = False
        self._reader = reader
        self._writer = writer
        self._passes = tuple(passes)
        self._settling = Settling(session)
        # Gemini sends an array where its stream was asked for without `alt=sse`.
        kind = StreamOrArray if session.upstream == "gemini" else Decoder
        self._decoder = kind(every_block=True)

    @property
    def begun(self) -> bool:
        """Whether the client has been sent anything that it sees."""
        return self._writer.begun

    def feed(self, data: bytes) -> bytes:
        """What the client is sent for the next bytes of the upstream's stream."""
        if self.over:
            return b""
        sent: list[bytes] = []
        try:
            for event in self._decoder.feed(data):
                sent.append(self._event(event))  # noqa: PERF401 - what was written counts when the next cannot be read
        except EventTooLarge:
            sent.append(self._pass((_TOO_LARGE,)))
        return b"".join(sent)

    def finish(self, failure: Error | None = None) -> bytes:
        """What the client is sent when the upstream's body has ended.

        Args:
            failure: Why it ended, where it did not end by itself: a timeout, a reset. It does no harm to an answer
                that is whole.
        """
        if self.over:
            return b""
        try:
            sent = b"".join([self._last(event) for event in self._decoder.finish()])
        except EventTooLarge:
            sent = self._pass((_TOO_LARGE,))
        if self.over:
            return sent
        ending = list(self._reader.finish())
        if failure is not None:
            # The reader only knows that its own end did not come; the caller knows why.
            ending = [failure if isinstance(one, Error) else one for one in ending]
        return sent + self._pass(ending)

    def fail(self, error: Error) -> bytes:
        """What the client is sent when the upstream could not be asked, or has answered with an error status."""
        return self._pass((error,))

    def whole(self, body: Mapping[str, Any]) -> bytes:
        """What a client that wants a stream is sent for a whole answer."""
        return self._pass(self._reader.whole(dict(body)))

    def body(self) -> Mapping[str, Any]:
        """The whole answer, once it is over without an error."""
        return self._writer.whole()

    def _event(self, event: SseEvent) -> bytes:
        if event.block and (bare := bare_payloads(event)):
            # A line of JSON without `data:` before it: clients of the standard see nothing, and miss what it says.
            self.session.lose_at("L227", event.index)
            one_by_one = [
                msgspec.structs.replace(event, data=one.data, block=b"", dispatched=True) for one in bare
            ]
            return b"".join([self._event(one) for one in one_by_one])
        if not event.dispatched:
            return b""
        is_json, payload = try_parse(event.data)
        if is_json and isinstance(payload, dict):
            return self._pass(self._reader.event(event, payload))
        return self._odd(event, payload if is_json else None)

    def _odd(self, event: SseEvent, payload: object) -> bytes:
        """An event whose data is no JSON object."""
        bare = event.data.strip()
        if bare == _DONE or looks_like_done(payload):
            return self._pass(self._reader.done(event))
        diagnosis = diagnosed(bare)
        if diagnosis.fault in {Fault.EMPTY, Fault.COMMENT}:
            return b""  # something that keeps the connection alive
        if diagnosis.fault in _LEGIBLE and isinstance(diagnosis.value, dict):
            self.session.lose_at("L227", event.index, diagnosis.text)
            return self._pass(self._reader.event(event, diagnosis.value))
        return self._pass(
            (
                Error(
                    src=event.index,
                    status=502,
                    code="upstream_invalid_json",
                    message="the upstream sent an event that is not a JSON object",
                ),
            )
        )

    def _last(self, event: SseEvent) -> bytes:
        """What was left when the stream ended: a block without its blank line. Clients of the standard drop it."""
        if event.dispatched or not event.data:
            return self._event(event)
        is_json, payload = try_parse(event.data)
        if event.data.strip() == _DONE or (is_json and isinstance(payload, dict)):
            self.session.lose_at("L216", event.index)
            return self._pass(
                self._reader.event(event, payload) if isinstance(payload, dict) else self._reader.done(event)
            )
        return b""

    def _pass(self, increments: Iterable[Increment]) -> bytes:
        for stage in self._passes:
            increments = [after for one in increments for after in stage(one)]
        sent = []
        for raw in increments:
            for one in self._settling.settle(raw):
                if isinstance(one, Error):
                    self.error = one
                elif isinstance(one, Eof):
                    self.over = True
                sent.append(self._writer.write(one))
        return b"".join(sent)

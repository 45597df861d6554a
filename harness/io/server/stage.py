"""One recorded answer being played to one client: what is due goes out, and it ends as it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import How
from harness.io.playback import HOLD
from harness.io.server.timetable import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.io.server.responder import Responder
    from harness.io.server.script import Script
    from harness.io.server.timetable import Timetable

COALESCE: Final = 65_536
"""Bytes that go out in one write to the transport where several chunks are due."""


class Stage:
    """Plays a script. Nothing but this object and an iterator exists for a stream between two chunks.

    Args:
        script: What to play.
        responder: Where to.
        timetable: What wakes it.
        held: Where streams are put that wait for nothing but their client's leaving.
        failed: Told of what kept the body from being read. The stream ends where it stands, as a cut.
        hold: See `HOLD`.
    """

    __slots__ = (
        "_failed",
        "_framed",
        "_held",
        "_hold",
        "_next",
        "_parts",
        "_responder",
        "_script",
        "_start",
        "_timetable",
    )

    def __init__(
        self,
        script: Script,
        responder: Responder,
        timetable: Timetable,
        held: set[Responder],
        *,
        failed: Callable[[Exception], None],
        hold: float = HOLD,
    ) -> None:
        self._script = script
        self._responder = responder
        self._timetable = timetable
        self._held = held
        self._failed = failed
        self._hold = hold
        self._framed = False
        self._parts: Iterator[tuple[int, bytes]] = iter(())
        self._next: tuple[int, bytes] | None = None
        self._start = now()

    def play(self) -> None:
        """Begin, at the time at which the head is due."""
        head_due = self._script.head_due_us
        if head_due > 0:
            self._start += head_due / 1e6
            self._timetable.at(self._start, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        responder, script = self._responder, self._script
        if not responder.open:
            return
        if not script.has_head:
            self._to_end()
            return
        self._framed = framed = script.plain and responder.plain
        self._parts = script.parts(framed=framed)
        try:
            self._next = next(self._parts, None)
        except Exception as error:  # noqa: BLE001 - a client must not wait for ever
            self._break(error)
            return
        if framed:
            self._write_due(script.plain_head)
        else:
            responder.start(script.status, script.reason, script.headers)
            self._write_due(b"")

    def _wake(self) -> None:
        self._write_due(b"")

    def _write_due(self, before: bytes) -> None:
        """Write all that is due in one piece, then wait for what is not, for the client, or for a turn."""
        responder = self._responder
        if not responder.open:
            return
        responder.on_resume = None
        limit = (now() - self._start) * 1e6 + 500.0
        batch = [before] if before else []
        size = 0
        upcoming = self._next
        failure: Exception | None = None
        try:
            while upcoming is not None and upcoming[0] <= limit and size < COALESCE:
                batch.append(upcoming[1])
                size += len(upcoming[1])
                upcoming = next(self._parts, None)
        except Exception as error:  # noqa: BLE001 - a client must not wait for ever
            failure = error
        self._next = upcoming
        if batch:
            if self._framed:
                responder.write_wire(b"".join(batch), chunked=self._script.chunked)
            else:
                responder.write_many(batch)
        if failure is not None:
            self._break(failure)
        elif responder.paused:
            responder.on_resume = self._wake
        elif upcoming is not None:
            self._timetable.at(self._start + upcoming[0] / 1e6, self._wake)
        else:
            self._to_end()

    def _break(self, error: Exception) -> None:
        """End where it stands: the rest of the body cannot be read, such as from a file that was replaced."""
        self._responder.cut()
        self._failed(error)

    def _to_end(self) -> None:
        ending = self._script.ending()
        due = self._start + ending.at_us / 1e6
        if ending.how is How.TIMEOUT:
            self._wait_for_leaving(None)
        elif ending.how in (How.CLIENT_CLOSE, How.CANCELLED):
            self._wait_for_leaving(due + self._hold)
        elif due > now():
            self._timetable.at(due, self._end)
        else:
            self._end()

    def _end(self) -> None:
        responder = self._responder
        how = self._script.ending().how
        if how is How.COMPLETE and self._script.has_head:
            responder.finish(self._script.trailers)
        elif how is How.RESET:
            responder.reset()
        else:
            responder.cut()

    def _wait_for_leaving(self, until: float | None) -> None:
        """Send nothing more: the recording client left here, or waited in vain until its patience ended."""
        responder, held = self._responder, self._held
        held.add(responder)
        responder.on_disconnect = lambda: held.discard(responder)
        if until is not None:
            self._timetable.at(until, self._give_up)

    def _give_up(self) -> None:
        self._held.discard(self._responder)
        self._responder.cut()

"""An answer of our upstream as it really went out: bytes, times, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.io.server.timetable import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.cassettes.exchange import Header, Headers
    from harness.io.recorder import Take
    from harness.io.server.responder import Responder


class Overheard:
    """Stands before a `Responder` and keeps what passes.

    Args:
        responder: Who writes.
        request: What the gateway sent.
        asked_at: When it had come whole, on the clock of `now`.
        take: Its recording on the disk.

    Attributes:
        on_resume: As of a responder.
        left_at: When the gateway hung up before the answer had ended; None where it did not.
    """

    def __init__(
        self, responder: Responder, request: Request, asked_at: float, take: Take | None = None
    ) -> None:
        self._responder = responder
        self._take = take
        self._request = request
        self._asked_at = asked_at
        self._head: tuple[int, str, Headers] | None = None
        self._head_at = asked_at
        self._chunks: list[Chunk] = []
        self._ending: Ending | None = None
        self._on_disconnect: Callable[[], None] | None = None
        self.left_at: float | None = None
        responder.on_disconnect = self._lost

    # -- what a stage asks of a responder

    @property
    def open(self) -> bool:
        """As of a responder."""
        return self._responder.open

    @property
    def paused(self) -> bool:
        """As of a responder."""
        return self._responder.paused

    @property
    def plain(self) -> bool:
        """Never: what is framed already could not be told apart here."""
        return False

    @property
    def on_resume(self) -> Callable[[], None] | None:
        """As of a responder."""
        return self._responder.on_resume

    @on_resume.setter
    def on_resume(self, call: Callable[[], None] | None) -> None:
        self._responder.on_resume = call

    @property
    def on_disconnect(self) -> Callable[[], None] | None:
        """As of a responder."""
        return self._on_disconnect

    @on_disconnect.setter
    def on_disconnect(self, call: Callable[[], None] | None) -> None:
        self._on_disconnect = call

    def start(self, status: int, reason: str, headers: Iterable[Header]) -> None:
        """Write the head."""
        fields = tuple(headers)
        self._head, self._head_at = (status, reason, fields), now()
        if self._take is not None:
            self._take.respond(Response(status, fields, (), reason))
        self._responder.start(status, reason, fields)

    def write_many(self, parts: Iterable[bytes]) -> None:
        """Write several chunks."""
        given = tuple(parts)
        at_us = self._since(self._head_at)
        self._chunks += [Chunk(at_us, one) for one in given]
        if self._take is not None:
            for one in given:
                self._take.chunk(one)
        self._responder.write_many(given)

    def finish(self, trailers: Iterable[Header] = ()) -> None:
        """End as HTTP says."""
        self._end(How.COMPLETE)
        self._responder.finish(trailers)

    def cut(self) -> None:
        """Close the connection amid the body."""
        self._end(How.SERVER_CUT)
        self._responder.cut()

    def reset(self) -> None:
        """Reset the connection."""
        self._end(How.RESET)
        self._responder.reset()

    # -- what was overheard

    @property
    def index(self) -> int:
        """Its place in the recording; -1 where there is none."""
        return self._take.index if self._take is not None else -1

    @property
    def asked_at(self) -> float:
        """When the request had come whole, on the clock of `harness.io.server.timetable`."""
        return self._asked_at

    @property
    def ended(self) -> bool:
        """Whether the answer is over, whoever ended it."""
        return self._ending is not None

    @property
    def exchange(self) -> Exchange:
        """What has passed so far; an answer that is still under way ends with `cancelled`."""
        ending = self._ending or Ending(How.CANCELLED, self._since(self._head_at))
        response = None
        if self._head is not None:
            status, reason, headers = self._head
            at_us = round((self._head_at - self._asked_at) * 1e6)
            response = Response(status, headers, tuple(self._chunks), reason, at_us=at_us)
        return Exchange(0, self._request, response, ending)

    def _end(self, how: How) -> None:
        if self._ending is None:
            self._ending = Ending(how, self._since(self._head_at))
            if self._take is not None:
                self._take.end(how)

    def _lost(self) -> None:
        self.left_at = now()
        self._end(How.CLIENT_CLOSE)
        if self._on_disconnect is not None:
            self._on_disconnect()

    def _since(self, then: float) -> int:
        return round((now() - then) * 1e6)

"""What goes by while it is recorded: one short account of each exchange, for whoever wants to show progress."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.cassettes.body_events import is_event_stream
from harness.cassettes.content_coding import codings
from harness.cassettes.exchange import How, header
from harness.errors import EventTooLarge
from harness.io.recorder import ending_of
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.cassettes.exchange import Request, Response
    from harness.io.server.proxy import Sink, Take


@dataclass(frozen=True)
class Passed:
    """One exchange that is over.

    Args:
        number: Its place among those of this session, from 0.
        method: Of the request.
        path: Of the request, as the upstream saw it, without the query.
        status: Of the response; None where no head came.
        events: How many SSE events came; None where they were not counted, or the body is no event stream
            that can be read as it comes.
        bytes: Length of the body on the wire.
        web_page: Whether it is an HTML page, which no model server means to send.
        how: How it ended.
        cause: Name of the exception behind that ending, where there is one.
    """

    number: int
    method: str
    path: str
    status: int | None
    events: int | None
    bytes: int
    web_page: bool
    how: How
    cause: str | None


class Watch:
    """Stands between a proxy and its recorder, and tells each exchange when it is over.

    Args:
        sink: The recorder.
        tell: Is given each exchange once, on the server's thread. What it raises is ignored: a terminal that went
            away must not cost a recording.
        counting: Whether to count events, which costs time for each chunk.
    """

    def __init__(self, sink: Sink, tell: Callable[[Passed], None], *, counting: bool = True) -> None:
        self._counting = counting
        self._sink = sink
        self._tell = tell
        self._begun = 0

    def begin(self, request: Request) -> Take:
        """A request goes out."""
        take = self._sink.begin(request)
        number = self._begun
        self._begun += 1
        return _WatchedTake(take, request, number, self._tell, counting=self._counting)


class _WatchedTake:
    def __init__(
        self, take: Take, request: Request, number: int, tell: Callable[[Passed], None], *, counting: bool
    ) -> None:
        self._counting = counting
        self._take = take
        self._request = request
        self._number = number
        self._tell = tell
        self._status: int | None = None
        self._decoder: Decoder | None = None
        self._events = 0
        self._bytes = 0
        self._web_page = False

    def respond(self, head: Response) -> None:
        self._take.respond(head)
        self._status = head.status
        self._web_page = (header(head.headers, "content-type") or "").lower().startswith("text/html")
        if self._counting and is_event_stream(head) and not codings(head.headers):
            self._decoder = Decoder()

    def chunk(self, data: bytes) -> None:
        self._take.chunk(data)
        self._bytes += len(data)
        if self._decoder is not None:
            try:
                self._events += sum(event.dispatched for event in self._decoder.feed(data))
            except EventTooLarge:
                self._decoder = None

    def end(self, how: How, error: BaseException | None = None) -> None:
        self._take.end(how, error)
        self._over(how, error)

    def fail(self, error: BaseException) -> None:
        self._take.fail(error)
        self._over(ending_of(error), error)

    def _over(self, how: How, error: BaseException | None) -> None:
        passed = Passed(
            self._number,
            self._request.method,
            urlsplit(self._request.url).path,
            self._status,
            None if self._decoder is None else self._events,
            self._bytes,
            self._web_page,
            how,
            None if error is None or how is How.CLIENT_CLOSE else type(error).__name__,
        )
        with contextlib.suppress(Exception):
            self._tell(passed)

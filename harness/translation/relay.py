"""One upstream answer, head and body, on its way to one client: what status, what fields, what bytes, and when.

No I/O: a gateway feeds it what came off the wire and sends what it gives back; offline translation does the same with
a recording. It decides what a body is (a stream, a whole answer, an error, something else), and holds back the
client's head until it is sure that it will not have to be an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from harness.jsonvalue import try_parse
from harness.translation.engine import answering
from harness.translation.failures import failure
from harness.translation.writers.writer import error_body
from harness.turn.increments import Error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.translation.engine import InboundDialect
    from harness.translation.session import Session

Fields = tuple[tuple[str, str], ...]

LARGEST_ERROR: Final = 1 << 20
"""Bytes of an error's body that are looked at."""

LARGEST_WHOLE: Final = 64 << 20
"""Bytes that a whole answer may have."""

STREAM_FIELDS: Final[Fields] = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-cache"),
    ("x-accel-buffering", "no"),
)
"""What the head of a stream says."""

_PASSED_ON: Final = frozenset({"x-request-id", "retry-after", "retry-after-ms", "openai-processing-ms"})


class Head(NamedTuple):
    """The head of the client's answer."""

    status: int
    headers: Fields


class Relay:
    """Carries one answer.

    Call `respond` once, `feed` for each read, `finish` once; or `fail` where no answer came. Each gives bytes for the
    client; before the first of them is sent, `head` is there.

    Args:
        session: The exchange.
        inbound: What the client speaks.
        stream: The client wants a stream; None gives it what the upstream sends.

    Attributes:
        head: What the client is to be sent first; None until that is known.
        over: The client has been given everything.
        error: What went wrong, where something did.
        whole: What the answer is, where it was sent whole, or once a stream has ended well: for a store.
    """

    def __init__(self, session: Session, inbound: InboundDialect, *, stream: bool | None) -> None:
        self.head: Head | None = None
        self.over = False
        self._session = session
        self._stream = stream
        self._answering = answering(session, inbound)
        self._status = 0
        self._fields: Fields = ()
        self._collected: list[bytes] | None = None
        self._size = 0
        self._sniffing = True

    @property
    def error(self) -> Error | None:
        """What went wrong."""
        return self._answering.error

    @property
    def whole(self) -> Any:
        """The whole answer, once there is one; None else."""
        return self._answering.body() if self._answering.over and self._answering.error is None else None

    def respond(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The upstream's head has come."""
        self._status = status
        self._fields = tuple((name.lower(), value) for name, value in headers)
        if not 200 <= status < 300:
            self._collected = []
            self._sniffing = False

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the upstream's body."""
        if self.over:
            return b""
        if self._sniffing:
            self._sniff(data)
        if self._collected is None:
            return self._given(self._answering.feed(data))
        self._size += len(data)
        if self._size <= (LARGEST_ERROR if self._status >= 300 else LARGEST_WHOLE):
            self._collected.append(data)
            return b""
        # No more of it will be looked at, and its end may never come.
        return self.finish()

    def finish(self, failed: Error | None = None) -> bytes:
        """The upstream's body has ended, by itself or as the failure says."""
        if self.over:
            return b""
        if self._collected is None:
            return self._given(self._answering.finish(failed))
        body = b"".join(self._collected)
        self._collected = []
        if not 200 <= self._status < 300:
            # A date to wait for is held against the upstream's own clock, where it tells its time.
            now = None if any(name == "date" for name, _ in self._fields) else self._session.now()
            return self.fail(failure(self._session.upstream, self._status, self._fields, body, now=now))
        return self._whole(body, failed)

    def fail(self, error: Error) -> bytes:
        """There is no answer, or no more of it."""
        if self.over:
            return b""
        return self._given(self._answering.fail(error))

    def _sniff(self, data: bytes) -> None:
        """Tell a whole answer from a stream: by its type where that says, else by its first byte."""
        first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if not first:
            return
        self._sniffing = False
        kind = next((value.lower() for name, value in self._fields if name == "content-type"), "")
        is_whole = first in b"{<" and "event-stream" not in kind
        if is_whole:
            self._collected = []
        if self._stream is None:
            self._stream = not is_whole

    def _whole(self, body: bytes, failed: Error | None) -> bytes:
        read, value = try_parse(body) if self._size <= LARGEST_WHOLE else (False, None)
        if read and isinstance(value, dict):
            if self._stream:
                self._session.lose("L250", "answer")
            return self._given(self._answering.whole(value))
        if failed is not None:
            return self.fail(failed)
        return self.fail(
            Error(
                status=502,
                code="upstream_invalid_json",
                message="the upstream answered with something that is not a JSON object",
            )
        )

    def _given(self, sent: bytes) -> bytes:
        """What goes to the client for what the writer gave, and the head where it is time for one."""
        one = self._answering
        self.over = one.over
        if self._stream and (one.begun or self.head is not None):
            if self.head is None:
                self.head = Head(200, (*STREAM_FIELDS, *self._more()))
            return sent
        if not one.over:
            return b""
        if one.error is not None:
            retry = one.error.retry_after_ms
            waits = (
                ()
                if retry is None
                else (("retry-after-ms", str(retry)), ("retry-after", str(-(-retry // 1000))))
            )
            return self._json(one.error.status, error_body(one.error), waits)
        if self._stream:  # an answer of which nothing is seen, such as a stream without any event
            self.head = Head(200, (*STREAM_FIELDS, *self._more()))
            return sent
        return self._json(200, one.body())

    def _json(self, status: int, value: Any, more: Fields = ()) -> bytes:
        body = msgspec.json.encode(value)
        names = {name for name, _ in more}
        self.head = Head(
            status,
            (
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                *more,
                *(one for one in self._more() if one[0] not in names),
            ),
        )
        return body

    def _more(self) -> Fields:
        """Fields that a client of OpenAI looks at, and what was lost of its request."""
        passed = tuple(
            (name, value)
            for name, value in self._fields
            if name in _PASSED_ON or name.startswith("x-ratelimit-")
        )
        losses = self._session.ledger.header()
        return (*passed, ("x-harness-loss", losses)) if losses else passed

"""Request heads: h11 parses them, and each distinct head is parsed once.

The same client sends the same head again and again (a few hundred bytes that an SDK builds from constants),
and parsing one costs more than answering it. So heads are remembered by their exact bytes: equal bytes have
equal meaning. Only h11 ever decides what a head means.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

import h11

if TYPE_CHECKING:
    from harness.cassettes.exchange import Headers

MAX_REMEMBERED: Final = 512
_LONGEST_REMEMBERED: Final = 8_192
_BARE_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_ABSOLUTE_FORM: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")

CHUNKED: Final = -1


class BadRequest(Exception):
    """What the client sent is no HTTP request that can be answered.

    Args:
        status: The status that says so (400, 413, 431, 501).
        message: What is wrong, for the client.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class RequestHead:
    """A request without its body. Shared between equal requests, so it must not be changed.

    Attributes:
        method: As it was sent, such as `POST`.
        target: The request target as it was sent.
        raw_headers: Fields as they were sent: order, repeats and case kept.
        http_version: `1.1` or `1.0`.
        length: Bytes of the body; 0 where there is none, `CHUNKED` where its chunks say.
        keep_alive: Whether the client will send another request on this connection.
        expects_continue: Whether the client waits for `100 Continue` before it sends the body.
    """

    # No __slots__: the cached properties need a __dict__, and there is one object per distinct head.

    def __init__(self, event: h11.Request) -> None:
        self.method = event.method.decode("ascii")
        self.target = event.target.decode("latin-1")
        self.http_version = event.http_version.decode("ascii")
        self.raw_headers: list[tuple[bytes, bytes]] = event.headers.raw_items()
        first: dict[bytes, bytes] = {}
        for name, value in self.raw_headers:
            first.setdefault(name.lower(), value)
        self._first = first
        self.length = CHUNKED if b"transfer-encoding" in first else int(first.get(b"content-length", 0))
        self.keep_alive = self.http_version == "1.1"
        if b"connection" in first:
            named = b",".join(value for name, value in self.raw_headers if name.lower() == b"connection")
            tokens = {token.strip().lower() for token in named.split(b",")}
            self.keep_alive = b"close" not in tokens and (self.keep_alive or b"keep-alive" in tokens)
        self.expects_continue = (
            first.get(b"expect", b"").lower() == b"100-continue" and self.http_version == "1.1"
        )

    def field(self, name: bytes) -> str:
        """The first value of a field, or ""; the name in lower case."""
        return self._first.get(name, b"").decode("latin-1")

    @cached_property
    def path(self) -> str:
        """Path and query in origin form, also where the target came in absolute form."""
        path = _ABSOLUTE_FORM.sub("", self.target, count=1)
        return path if path.startswith("/") or path == "*" else "/" + path

    @cached_property
    def headers(self) -> Headers:
        """The fields as text (latin-1, which keeps every byte)."""
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.raw_headers)


_remembered: dict[bytes, RequestHead] = {}


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """Offset after the blank line that ends a head, looked for from `start`; -1 while it has not come."""
    found = data.find(b"\r\n\r\n", max(0, start - 3))
    if found >= 0:
        return found + 4
    bare = _BARE_BLANK_LINE.search(data, max(0, start - 2))
    return bare.end() if bare else -1


def parse_head(data: bytes) -> RequestHead:
    """Give the meaning of a whole head (blank line included).

    Raises:
        BadRequest: h11 refuses it.
    """
    head = _remembered.get(data)
    if head is None:
        head = RequestHead(_parse(data))
        if len(data) <= _LONGEST_REMEMBERED:
            if len(_remembered) >= MAX_REMEMBERED:
                _remembered.clear()
            _remembered[data] = head
    return head


def _parse(data: bytes) -> h11.Request:
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=len(data) + 1)
    try:
        parser.receive_data(data)
        event = parser.next_event()
    except h11.RemoteProtocolError as error:
        raise BadRequest(error.error_status_hint, str(error)) from error
    if not isinstance(event, h11.Request):
        raise BadRequest(400, "this is not an HTTP request")
    return event


class ChunkedBody:
    """A chunked request body, decoded by h11.

    Args:
        head: The request's head as it came: h11 must have seen it to know that chunks follow.
    """

    __slots__ = ("_parser",)

    def __init__(self, head: bytes) -> None:
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=65_536)
        self._parser.receive_data(head)
        self._parser.next_event()

    def feed(self, data: bytes) -> tuple[list[bytes], bytes | None]:
        """Decode what has come.

        Returns:
            The body's bytes so far undelivered, and what follows the body once it has ended (None before).

        Raises:
            BadRequest: The chunks are malformed.
        """
        parts: list[bytes] = []
        self._parser.receive_data(data)
        try:
            while True:
                event = self._parser.next_event()
                if isinstance(event, h11.Data):
                    parts.append(bytes(event.data))
                elif isinstance(event, h11.EndOfMessage):
                    return parts, self._parser.trailing_data[0]
                else:
                    return parts, None
        except h11.RemoteProtocolError as error:
            raise BadRequest(error.error_status_hint, str(error)) from error

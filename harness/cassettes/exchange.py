"""What a cassette holds: exchanges, and how each of them went on the wire.

Everything here is immutable data. Bytes are evidence: a body is kept as the chunks that were read from the
wire, with the time of each, and nothing ever decodes or joins them on the way to disk or back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.jsonvalue import JsonValue

Header: TypeAlias = tuple[str, str]
Headers: TypeAlias = tuple[Header, ...]
"""Ordered name-value pairs, as on the wire: repeats kept, case kept, bytes decoded as latin-1."""


class Chunk(NamedTuple):
    """One read from the wire: microseconds since the response's head arrived, and the bytes."""

    at_us: int
    data: bytes


class How(StrEnum):
    """How an exchange ended, seen from the recorder."""

    COMPLETE = "complete"
    """The body ended as HTTP says it should."""
    SERVER_CUT = "server_cut"
    """The server closed the connection before the body's end."""
    RESET = "reset"
    """The connection was reset (RST) or broke."""
    CLIENT_CLOSE = "client_close"
    """The client closed the stream before its end."""
    CANCELLED = "cancelled"
    """The client's task was cancelled while it waited."""
    TIMEOUT = "timeout"
    """The client's own time limit ran out while it waited."""
    RECORDER_CRASH = "recorder_crash"
    """The recorder died; what came after is unknown."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the exchange ended.

    Args:
        how: Which of the seven ways.
        at_us: When, in microseconds since the response's head (since the request, where no head came).
        exception: Name of the exception that the recording client met, such as `RemoteProtocolError`.
        message: Its text, redacted.
    """

    how: How
    at_us: int = 0
    exception: str | None = None
    message: str | None = None


class Redaction(NamedTuple):
    """One place where bytes were replaced before they reached the disk.

    `where` names the place (`request.headers.authorization`, `request.url`, `request.body`, `response.body`);
    `label` the kind of secret; `times` how often in that place.
    """

    where: str
    label: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent; the body is its exact bytes."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A response: the head, and the body as the chunks that came.

    Args:
        status: HTTP status code.
        headers: The head's fields.
        chunks: The body on the wire (content-encoding not undone, transfer-encoding undone). Can be iterated
            any number of times; from a file it is read lazily, so it must not be held as a list needlessly.
        reason: The reason phrase, where there is one.
        http_version: `HTTP/1.1`, `HTTP/2`.
        at_us: Microseconds from the request to this head.
        trailers: Trailer fields, where any came.
    """

    status: int
    headers: Headers = ()
    chunks: Iterable[Chunk] = ()
    reason: str = ""
    http_version: str = "HTTP/1.1"
    at_us: int = 0
    trailers: Headers = ()

    def body(self) -> bytes:
        """All bytes of the body as they were on the wire."""
        return b"".join(chunk.data for chunk in self.chunks)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it.

    Args:
        index: Place in the cassette, in the order in which the requests were made.
        request: What was sent.
        response: What came; None where not even a head came.
        ending: How it ended.
        at_us: Microseconds from the start of the recording to this request.
        redactions: What was replaced before it was written.
        key: The match key that was sealed with it (the `key` row without `k` and `i`), where there is one.
        extra: Members of its rows that this version does not know, by row kind; kept so that writing a
            cassette of a later minor version loses nothing.
    """

    index: int
    request: Request
    response: Response | None
    ending: Ending
    at_us: int = 0
    redactions: tuple[Redaction, ...] = ()
    key: Mapping[str, JsonValue] | None = field(default=None, compare=False, repr=False)
    extra: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cassette:
    """A recording: where it comes from, its exchanges in request order, and its seal.

    Args:
        head: Fields of the head row, in file order, without `k`.
        exchanges: The exchanges; bodies of a file are read lazily.
        seal: Fields of the seal row without `k`; None while it is not sealed.
        source: The path or name it was read from, as it was given.
    """

    head: Mapping[str, JsonValue]
    exchanges: Sequence[Exchange]
    seal: Mapping[str, JsonValue] | None = None
    source: str = field(default="", compare=False)


def header(headers: Headers, name: str) -> str | None:
    """The value of the first field called `name` (case does not count), or None."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None

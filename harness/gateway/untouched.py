"""Answers that are passed on as they come: same dialect on both sides, and what needs no translation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from harness.io.server.framing import end_to_end
from harness.translation.relay import LARGEST_WHOLE, Head
from harness.translation.writers.writer import error_body
from harness.turn.increments import Error

if TYPE_CHECKING:
    from collections.abc import Iterable


class Carrier(Protocol):
    """What decides what the client is sent; `harness.translation.relay.Relay` translates."""

    head: Head | None
    over: bool

    @property
    def error(self) -> Error | None:
        """What went wrong."""
        ...

    def respond(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The upstream's head has come."""
        ...

    def feed(self, data: bytes) -> bytes:
        """The next bytes of its body."""
        ...

    def finish(self, failed: Error | None = None) -> bytes:
        """Its body has ended."""
        ...

    def fail(self, error: Error) -> bytes:
        """There is no answer, or no more of it."""
        ...


class Untouched:
    """Passes an answer on, byte for byte.

    Attributes:
        head: The upstream's, without what concerns its connection only.
        over: The client has been given everything.
        error: What went wrong on the way. Where the body had begun, all that can be done is to cut it.
    """

    def __init__(self) -> None:
        self.head: Head | None = None
        self.over = False
        self.error: Error | None = None

    def respond(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The upstream's head has come."""
        self.head = Head(status, end_to_end(headers))

    def feed(self, data: bytes) -> bytes:
        """The next bytes of its body."""
        return data

    def finish(self, failed: Error | None = None) -> bytes:
        """Its body has ended."""
        if failed is not None:
            return self.fail(failed)
        self.over = True
        return b""

    def fail(self, error: Error) -> bytes:
        """There is no answer, or no more of it."""
        self.error = error
        self.over = True
        if self.head is not None:
            return b""
        return self._error(error)

    def _error(self, error: Error) -> bytes:
        body = msgspec.json.encode(error_body(error))
        self.head = Head(
            error.status, (("content-type", "application/json"), ("content-length", str(len(body))))
        )
        return body


class Collected(Untouched):
    """Keeps an answer for somebody who makes another of it.

    Args:
        limit: Bytes that it may have; a larger one is an error.

    Attributes:
        status: The upstream's.
        body: What came.
    """

    def __init__(self, limit: int = LARGEST_WHOLE) -> None:
        super().__init__()
        self.status = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self._limit = limit
        self._size = 0
        self._parts: list[bytes] = []

    @property
    def body(self) -> bytes:
        """What came."""
        return b"".join(self._parts)

    def respond(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The upstream's head has come."""
        self.status = status
        self.headers = tuple(headers)

    def feed(self, data: bytes) -> bytes:
        """The next bytes of its body."""
        self._size += len(data)
        if self._size <= self._limit:
            self._parts.append(data)
            return b""
        message = "the upstream sent an answer that is too large to be read"
        return self.fail(Error(status=502, code="upstream_malformed", message=message))


class Quiet(Collected):
    """Keeps an answer of which the client is told nothing, not even that it failed."""

    def _error(self, _: Error) -> bytes:
        return b""

"""What a handler looks like to the server.

A handler is called when a request's head has come, and gives back what receives the body. Nothing here is a
coroutine: a held stream must not cost a task. A handler that wants one starts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder


class Receiver(Protocol):
    """Receives a request's body."""

    def body(self, data: bytes) -> None:
        """The next bytes. `Responder.pause_reading` stops more from coming."""
        ...

    def end(self) -> None:
        """The body is whole. Not called where the client leaves before."""
        ...


class Handler(Protocol):
    """Answers requests. All calls happen on the server's loop."""

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """A request has begun; its body goes to what is given back."""
        ...

    def closing(self) -> None:
        """The server stops: answers that are held back for no good reason must end now."""
        ...


class Discard:
    """Receives a body that nobody wants."""

    __slots__ = ()

    def body(self, data: bytes) -> None:
        """Drop it."""

    def end(self) -> None:
        """Nothing to do."""


class Whole:
    """A handler that is given each request whole.

    Args:
        handle: Called as `handle(head, body, responder)`.
    """

    def __init__(self, handle: Callable[[RequestHead, bytes, Responder], None]) -> None:
        self._handle = handle

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """Collect the body."""
        return _Collector(self._handle, head, responder)

    def closing(self) -> None:
        """Nothing is held back here."""


class _Collector:
    __slots__ = ("_handle", "_head", "_parts", "_responder")

    def __init__(
        self,
        handle: Callable[[RequestHead, bytes, Responder], None],
        head: RequestHead,
        responder: Responder,
    ) -> None:
        self._handle = handle
        self._head = head
        self._responder = responder
        self._parts: bytes | list[bytes] = b""

    def body(self, data: bytes) -> None:
        parts = self._parts
        if isinstance(parts, list):
            parts.append(data)
        elif parts:
            self._parts = [parts, data]
        else:
            self._parts = data

    def end(self) -> None:
        parts = self._parts
        self._handle(self._head, b"".join(parts) if isinstance(parts, list) else parts, self._responder)

"""Answers that are passed on as they come: same dialect on both sides, and what needs no translation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from harness.io.server.framing import end_to_end
from harness.jsonvalue import try_parse
from harness.translation.failures import error_of, failure
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
        unpacked: It is to be fed its body decompressed, as is that of an error: nobody else could look for keys in it.
    """

    def __init__(self) -> None:
        self.head: Head | None = None
        self.over = False
        self.error: Error | None = None
        self.unpacked = False

    def respond(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The upstream's head has come."""
        fields = end_to_end(headers)
        self.unpacked = status >= 300 and any(name.lower() == "content-encoding" for name, _ in fields)
        self.head = Head(status, _without_packing(fields) if self.unpacked else fields)

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
        self.unpacked = True
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


class Checked(Collected):
    """Passes an answer on byte for byte where it is a good one, and else tells the client what is wrong with it.

    A stream is passed on as it comes; everything else is looked at when it is whole.

    Args:
        dialect: The upstream's.
        wanted: What the answer's object has to have, by name and type; nothing takes any object.
    """

    def __init__(self, dialect: str, wanted: tuple[str, type] | None = None) -> None:
        super().__init__()
        self._dialect = dialect
        self._wanted = wanted
        self._is_stream = False

    def respond(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """The upstream's head has come."""
        super().respond(status, headers)
        kind = next((value.lower() for name, value in self.headers if name.lower() == "content-type"), "")
        self._is_stream = self._is_good and kind.startswith("text/event-stream")
        if self._is_stream:
            self.head = Head(status, self._fields())

    def feed(self, data: bytes) -> bytes:
        """The next bytes of its body."""
        return data if self._is_stream else super().feed(data)

    def finish(self, failed: Error | None = None) -> bytes:
        """Its body has ended."""
        if failed is not None or self._is_stream or self.over:
            return super().finish(failed)
        wrong = self._wrong()
        if wrong is not None:
            return self.fail(wrong)
        self.over = True
        body = self.body
        self.head = Head(self.status, (*self._fields(), ("content-length", str(len(body)))))
        return body

    @property
    def _is_good(self) -> bool:
        return 200 <= self.status < 300

    def _fields(self) -> tuple[tuple[str, str], ...]:
        """The upstream's fields, without those that tell how its body was packed."""
        return _without_packing(end_to_end(self.headers))

    def _wrong(self) -> Error | None:
        if not self._is_good:
            return failure(self._dialect, self.status, self.headers, self.body)
        read, value = try_parse(self.body)
        if not read:
            return Error(status=502, code="upstream_invalid_json", message="the upstream's answer is no JSON")
        if not isinstance(value, dict):
            return Error(
                status=502, code="upstream_malformed", message="the upstream's answer is no JSON object"
            )
        if isinstance(value.get("error"), dict) and value.get("object") != "response":
            return error_of(self._dialect, value)
        if self._wanted is not None and not isinstance(value.get(self._wanted[0]), self._wanted[1]):
            message = f"the upstream's answer has no {self._wanted[0]}"
            return Error(status=502, code="upstream_malformed", message=message)
        return None


_OF_PACKING: Final = frozenset({"content-length", "content-encoding"})


def _without_packing(fields: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in fields if pair[0].lower() not in _OF_PACKING)

"""Clients that have to wait: for the head, for the next byte, or for the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import Ending, How
from harness.faults.borders import BorderFault
from harness.faults.dialect import dialect_of
from harness.faults.fault import NO_RESPONSE, Fault, Need, parameter, seconds
from harness.faults.wire import left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange

_PATIENCE_S = 60.0
"""How long a stream may be silent before the checker minds; what comes before is waited for."""


@dataclass(frozen=True, kw_only=True)
class LateHeaders(Fault):
    """The response's head comes later than it should, and all that follows with it.

    The delay is added to what the pace makes of the recorded time. No byte changes.
    """

    name: ClassVar[str] = "late_headers"
    example: ClassVar[str] = "late_headers:2.5"
    needs: ClassVar[tuple[Need, ...]] = ("times",)
    positional: ClassVar[str | None] = "seconds"

    seconds: float = parameter(10.0, "seconds", "How much later.", seconds)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a head."""
        return NO_RESPONSE if exchange.response is None else None

    def delay_head(self, due_us: int) -> int:
        """So much later."""
        return due_us + round(self.seconds * 1_000_000)


@dataclass(frozen=True, kw_only=True)
class Stall(BorderFault):
    """The stream stops in the middle of the body and goes on later.

    Everything after the place comes so many seconds later than the pace says, the ending too. No byte
    changes; a piece that the place lies in is cut there. Chunks and events are counted as they were recorded,
    whatever the pace makes of them.
    """

    name: ClassVar[str] = "stall"
    example: ClassVar[str] = "stall:event=3,seconds=90"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-IDLE-001", "HTTP-CLOSE-001")
    needs: ClassVar[tuple[Need, ...]] = ("times",)

    seconds: float = parameter(30.0, "seconds", "For how long.", seconds)

    @property
    def _pause_us(self) -> int:
        return round(self.seconds * 1_000_000)

    def delay(self, schedule: Iterable[Chunk], exchange: Exchange) -> Iterator[Chunk]:
        """Shift what lies behind the place."""
        offset = self.offset(exchange)
        if offset is None:
            yield from schedule
            return
        position = 0
        for chunk in schedule:
            late = chunk._replace(at_us=chunk.at_us + self._pause_us)
            inside = offset - position
            position += len(chunk.data)
            if inside > 0 and inside >= len(chunk.data):
                yield chunk
            elif inside <= 0:
                yield late
            else:
                yield chunk._replace(data=chunk.data[:inside])
                yield late._replace(data=chunk.data[inside:])

    def delay_ending(self, due_us: int) -> int:
        """The ending lies behind every place."""
        return due_us + self._pause_us

    def equivalent(self, exchange: Exchange) -> str | None:
        """A pause is no fault before clients give up."""
        return "clients wait for longer than that" if self.seconds < _PATIENCE_S else left(exchange)


@dataclass(frozen=True, kw_only=True)
class Silence(Fault):
    """The response's head comes, and then nothing until the connection is closed.

    What a client's read timeout is for.
    """

    name: ClassVar[str] = "silence"
    example: ClassVar[str] = "silence:60"
    breaks: ClassVar[tuple[str, ...]] = (
        "SSE-IDLE-001",
        "HTTP-CLOSE-002",
        "SSE-DONE-001",
        "HTTP-CT-002",
        "HTTP-ERR-002",
        "UP-END-001",
    )
    needs: ClassVar[tuple[Need, ...]] = ("times",)
    positional: ClassVar[str | None] = "seconds"

    seconds: float = parameter(3600.0, "seconds", "Until the connection is closed.", seconds)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a head."""
        return NO_RESPONSE if exchange.response is None else None

    def apply(self, exchange: Exchange) -> Exchange:
        """The head, and no body."""
        if exchange.response is None:
            return exchange
        message = "peer closed connection without sending complete message body"
        return replace(
            exchange,
            response=replace(exchange.response, chunks=(), trailers=()),
            ending=Ending(How.SERVER_CUT, 0, "RemoteProtocolError", message),
        )

    def delay_ending(self, due_us: int) -> int:
        """The connection stays open so long."""
        return due_us + round(self.seconds * 1_000_000)


@dataclass(frozen=True, kw_only=True)
class LateClose(Fault):
    """The connection stays open after the last byte of the body.

    Clients that wait for the end, and not for the last event, hang. No byte changes.
    """

    name: ClassVar[str] = "late_close"
    example: ClassVar[str] = "late_close:seconds=10"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-CLOSE-001",)
    needs: ClassVar[tuple[Need, ...]] = ("times",)

    seconds: float = parameter(30.0, "seconds", "For how long.", seconds)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a body."""
        return NO_RESPONSE if exchange.response is None else None

    def delay_ending(self, due_us: int) -> int:
        """When the body ends at last."""
        return due_us + round(self.seconds * 1_000_000)

    def equivalent(self, exchange: Exchange) -> str | None:
        """Without an event that ends the stream, its end cannot be late."""
        if dialect_of(exchange.request.url) == "gemini":
            return "Gemini has no event that ends a stream"
        return left(exchange)

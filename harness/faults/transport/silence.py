"""The head comes, and then nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import Ending, How
from harness.faults.fault import NO_RESPONSE, Fault, Need, parameter, seconds

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


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

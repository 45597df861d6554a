"""The connection is closed without an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import Ending, How
from harness.faults.answers import AnswerFault

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Hangup(AnswerFault):
    """The server takes the request and closes the connection without an answer.

    Not even a status comes. The recording stays unplayed, and by default only one request is hit, so that a
    client that tries again gets through.
    """

    name: ClassVar[str] = "hangup"
    example: ClassVar[str] = "hangup:times=2"

    def apply(self, exchange: Exchange) -> Exchange:
        """The request, and nothing."""
        ending = Ending(
            How.SERVER_CUT, 0, "RemoteProtocolError", "Server disconnected without sending a response."
        )
        return replace(exchange, response=None, ending=ending)

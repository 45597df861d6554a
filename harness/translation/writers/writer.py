"""What a writer is: increments as the answer of one client dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.turn.increments import Error, Increment


class Writer(Protocol):
    """Writes one answer, of settled increments (see `harness.turn.increments`); it relies on their order.

    The same writer makes a stream and keeps what a whole answer needs, so that the two cannot differ.

    Attributes:
        begun: Whether anything has been written that a client sees. Until then an `Error` is told with an HTTP status.
    """

    begun: bool

    def write(self, increment: Increment) -> bytes:
        """The bytes of the stream that this increment amounts to: whole SSE blocks, or b"".

        An `Error` before anything was written gives b"": whoever drives the writer answers with `error_body`.
        """
        ...

    def whole(self) -> Mapping[str, Any]:
        """The whole answer, once `Eof` was written and no `Error` was."""
        ...


def error_body(error: Error) -> dict[str, Any]:
    """The body of an HTTP error as OpenAI has it, for Chat and Responses alike."""
    return {"error": {"message": error.message, "type": error.type, "param": error.param, "code": error.code}}

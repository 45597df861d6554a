"""What a reader is: the answer of one upstream dialect, as increments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.sse.event import SseEvent
    from harness.turn.increments import Increment


class Reader(Protocol):
    """Follows one answer. Nothing it is fed makes it raise: what it cannot read becomes `Error`, or a loss.

    It is fed either events and one `finish`, or one `whole`. It says everything in the upstream's order, and says
    nothing twice; `harness.translation.settling` puts it in order afterwards, so a reader need not end blocks when
    the answer breaks off, and may go on after it has given an `Error`.
    """

    def event(self, event: SseEvent, payload: dict[str, Any]) -> Iterable[Increment]:
        """One event whose data is a JSON object; `payload` is that object, which the reader may keep but not change."""
        ...

    def done(self, event: SseEvent) -> Iterable[Increment]:
        """The sentinel `[DONE]`."""
        ...

    def finish(self) -> Iterable[Increment]:
        """The body has ended; `Error` (`upstream_disconnected`) where the dialect's own end was not seen."""
        ...

    def whole(self, body: dict[str, Any]) -> Iterable[Increment]:
        """A whole answer with a success status, as if it had been streamed; an error body gives `Error`."""
        ...

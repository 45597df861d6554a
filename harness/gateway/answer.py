"""What one client is sent, and recorded as it is sent."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from harness.cassettes.exchange import How, Response
from harness.gateway.untouched import Untouched

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Headers
    from harness.gateway.untouched import Carrier
    from harness.io.recorder import Take
    from harness.io.server.responder import Responder
    from harness.jsonvalue import JsonValue
    from harness.translation.losses import Loss


class Answer:
    """One answer: the client first, the recorder after it.

    Args:
        responder: Who writes to the client.
        take: Who records; None records nothing.
        request_id: Sent as `x-request-id` where the upstream gave none, as OpenAI's clients show it.

    Attributes:
        status: What was sent; 0 while nothing was.
        sent: Bytes of the body so far.
        first: When the first of them was sent, by `perf_counter`; None before.
        done: Everything was sent.
    """

    __slots__ = ("_request_id", "_take", "done", "first", "responder", "sent", "status")

    def __init__(self, responder: Responder, take: Take | None, request_id: str) -> None:
        self.responder = responder
        self.status = 0
        self.sent = 0
        self.first: float | None = None
        self.done = False
        self._take = take
        self._request_id = request_id

    @property
    def take(self) -> Take | None:
        """Who records."""
        return self._take

    def give(self, carrier: Carrier, data: bytes, losses: Iterable[Loss]) -> None:
        """Send what a carrier has given.

        Args:
            carrier: Says what the head is, and whether this is all.
            data: More of the body.
            losses: For the recorder, once it is all.
        """
        head = carrier.head
        if head is None or self.done:
            return
        if not self.status:
            if carrier.over:
                self.whole(head.status, head.headers, data)
                self.close(How.COMPLETE, losses)
                return
            self.start(head.status, head.headers)
        self.write(data)
        if not carrier.over:
            return
        if carrier.error is not None and isinstance(carrier, Untouched):
            self.cut()
            self.close(How.SERVER_CUT, losses)
        else:
            self.done = True
            self.responder.finish()
            self.close(How.COMPLETE, losses)

    def start(self, status: int, headers: Headers) -> None:
        """Send the head."""
        fields = self._with_id(headers)
        self.status = status
        self.responder.start(status, "", fields)
        if self._take is not None:
            self._take.respond(Response(status, fields))

    def write(self, data: bytes) -> None:
        """Send more of the body."""
        if not data:
            return
        if self.first is None:
            self.first = perf_counter()
        self.sent += len(data)
        self.responder.write(data)
        if self._take is not None:
            self._take.chunk(data)

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Send everything at once."""
        fields = self._with_id(headers)
        self.status = status
        self.sent = len(body)
        self.first = perf_counter()
        self.done = True
        self.responder.answer(status, "", fields, body)
        if self._take is not None:
            self._take.respond(Response(status, fields))
            if body:
                self._take.chunk(body)

    def cut(self) -> None:
        """End the connection where the body stands."""
        self.done = True
        self.responder.cut()

    def close(self, how: How, losses: Iterable[Loss] = ()) -> None:
        """Tell the recorder how it ended, and what was lost. Only the first call counts."""
        if self._take is not None:
            told: list[JsonValue] = [{**one.as_json()} for one in losses]
            self._take.end(how, extra={"losses": told} if told else None)

    def _with_id(self, headers: Headers) -> Headers:
        if any(name.lower() == "x-request-id" for name, _ in headers):
            return headers
        return (*headers, ("x-request-id", self._request_id))

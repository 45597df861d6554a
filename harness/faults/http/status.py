"""An error status comes before the first byte."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness import jsonvalue
from harness.cassettes.exchange import Chunk, Ending, How, Response
from harness.faults.answers import AnswerFault
from harness.faults.dialect import dialect_of, error_body, reason_of
from harness.faults.fault import Need, parameter, whole

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange

_RETRY_AFTER_429 = 1


@dataclass(frozen=True, kw_only=True)
class Status(AnswerFault):
    """The answer is an HTTP error instead of the recording.

    The body is an error as the dialect that the request's path asks for shapes it. The recording stays
    unplayed, and by default only one request is hit, so that a client that tries again gets through. 429 has
    a Retry-After of one second unless told otherwise.
    """

    name: ClassVar[str] = "status"
    example: ClassVar[str] = "status:429,retry_after=2"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-FIN-001", "XLAT-ERR-004", "XLAT-EMPTY-001")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    positional: ClassVar[str | None] = "code"

    code: int = parameter(
        500, "", "The HTTP status, such as 400, 401, 429, 500, 502, 503 or 529.", whole(400, 599)
    )
    retry_after: int | None = parameter(
        None, "seconds", "The value of Retry-After.", whole(0), shown="1 for 429, else no such field"
    )

    def apply(self, exchange: Exchange) -> Exchange:
        """The request, and an error for an answer."""
        reason = reason_of(self.code)
        value = error_body(dialect_of(exchange.request.url), self.code, reason or "Error")
        body = jsonvalue.compact(value).encode()
        headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
        retry_after = _RETRY_AFTER_429 if self.retry_after is None and self.code == 429 else self.retry_after
        if retry_after is not None:
            headers.append(("retry-after", str(retry_after)))
        response = Response(self.code, tuple(headers), (Chunk(0, body),), reason)
        return replace(exchange, response=response, ending=Ending(How.COMPLETE))

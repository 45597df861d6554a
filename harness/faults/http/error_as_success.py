"""An error comes as success."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness import jsonvalue
from harness.cassettes.exchange import Chunk, Ending, How, Response
from harness.faults.answers import AnswerFault
from harness.faults.dialect import dialect_of, error_body

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class ErrorAsSuccess(AnswerFault):
    """The answer is an error with status 200 instead of the recording.

    The recording stays unplayed, and by default only one request is hit.
    """

    name: ClassVar[str] = "error_as_success"
    example: ClassVar[str] = "error_as_success"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-STATUS-001", "HTTP-STATUS-003", "HTTP-CT-001", "HTTP-MODE-002")
    needs: ClassVar[tuple[Need, ...]] = ("request",)

    def apply(self, exchange: Exchange) -> Exchange:
        """The request, and an error for an answer."""
        value = error_body(dialect_of(exchange.request.url), 500, "The server had an error.")
        body = jsonvalue.compact(value).encode()
        headers = (("content-type", "application/json"), ("content-length", str(len(body))))
        response = Response(200, headers, (Chunk(0, body),), "OK")
        return replace(exchange, response=response, ending=Ending(How.COMPLETE))

"""A web page comes where JSON or events should."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import Chunk, Ending, How, Response
from harness.faults.answers import AnswerFault
from harness.faults.dialect import SIGN, dialect_of, reason_of
from harness.faults.fault import parameter, whole

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Html(AnswerFault):
    """The answer is a web page instead of the recording.

    Proxies and login portals answer so, with 502 or even with 200. The recording stays unplayed, and by
    default only one request is hit.
    """

    name: ClassVar[str] = "html"
    example: ClassVar[str] = "html:200"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-CT-001",
        "HTTP-STATUS-002",
        "HTTP-ERR-002",
        "HTTP-CT-002",
        "XLAT-FIN-001",
    )
    positional: ClassVar[str | None] = "code"

    code: int = parameter(502, "", "The HTTP status, such as 200 or 502.", whole(200, 599))

    def __post_init__(self) -> None:
        """Refuse a status that has no body."""
        if self.code in {204, 205, 304}:
            raise self.refuse(f"an answer with status {self.code} has no body", found=str(self.code))

    def apply(self, exchange: Exchange) -> Exchange:
        """The request, and a page for an answer."""
        reason = reason_of(self.code)
        title = f"{self.code} {reason}".strip()
        page = (
            f"<html><head><title>{title}</title></head>\n<body><h1>{title}</h1><p>{SIGN}</p></body></html>\n"
        )
        body = b"<!DOCTYPE html>\n" + page.encode()
        headers = (("content-type", "text/html; charset=utf-8"), ("content-length", str(len(body))))
        response = Response(self.code, headers, (Chunk(0, body),), reason)
        return replace(exchange, response=response, ending=Ending(How.COMPLETE))

    def equivalent(self, exchange: Exchange) -> str | None:
        """Only OpenAI's dialects have rules on what an error looks like."""
        if self.code >= HTTPStatus.BAD_REQUEST and dialect_of(exchange.request.url) in {
            "anthropic",
            "gemini",
        }:
            return "what an upstream's error looks like is not judged"
        return None

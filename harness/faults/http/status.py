"""Failures, and how they are told: the status, the body of an error, and success that brings nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from harness import jsonvalue
from harness.cassettes.exchange import Chunk, Ending, How, Response, header
from harness.faults.answers import AnswerFault
from harness.faults.dialect import SIGN, dialect_of, error_body, reason_of
from harness.faults.event import encode, string, table
from harness.faults.fault import NO_RESPONSE, Fault, Need, manner, parameter, whole
from harness.faults.mutation import Mutation
from harness.faults.sync.body import BodyFault, document, with_body
from harness.faults.wire import is_done, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream

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


@dataclass(frozen=True, kw_only=True)
class ErrorBodyShape(BodyFault):
    """The JSON of an answer with an error status has another shape than OpenAI's, or says nothing."""

    name: ClassVar[str] = "error_body_shape"
    example: ClassVar[str] = "error_body_shape:how=type_other"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "string": ("HTTP-ERR-001",),
        "param_absent": ("HTTP-ERR-001",),
        "type_absent": ("HTTP-ERR-001",),
        "message_empty": ("HTTP-ERR-002",),
        "message_absent": ("HTTP-ERR-002", "HTTP-ERR-001"),
        "code_number": ("HTTP-ERR-003", "HTTP-ERR-001"),
        "type_other": ("HTTP-ERR-004",),
    }
    positional: ClassVar[str | None] = "how"
    failures: ClassVar[bool] = True
    wanted: ClassVar[str] = "error with a message, type, param and code"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        error = table(value.get("error"))
        if not {"message", "type", "param", "code"} <= set(error):
            return False
        field, _, state = self.how.partition("_")
        if self.how == "string":
            value["error"] = string(error["message"]) or "boom"
        elif state == "absent":
            del error[field]
        elif self.how == "type_other":
            status = exchange.response.status if exchange.response is not None else 0
            error["type"] = "invalid_request_error" if status >= 500 else "server_error"
        else:
            error[field] = "" if field == "message" else 400
        return True


@dataclass(frozen=True, kw_only=True)
class OmitRetryAfter(Fault):
    """An answer with status 429 has no Retry-After, and its message names no time."""

    name: ClassVar[str] = "omit_retry_after"
    example: ClassVar[str] = "omit_retry_after"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-ERR-005", "XLAT-ERR-005")

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be such an answer."""
        if exchange.response is None:
            return NO_RESPONSE
        if exchange.response.status != 429:
            return f"the status is {exchange.response.status}"
        return (
            None if header(exchange.response.headers, "retry-after") is not None else "it has no Retry-After"
        )

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange without that field, and with another message."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        headers = without(exchange.response.headers, "retry-after")
        value = document(exchange)
        exchange = replace(exchange, response=replace(exchange.response, headers=headers))
        if not string(table(value.get("error")).get("message")):
            return exchange
        value["error"]["message"] = "Too many requests."
        return with_body(exchange, encode(value))


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


@dataclass(frozen=True, kw_only=True)
class OnlyDone(Mutation):
    """Every event but `[DONE]` is left out."""

    name: ClassVar[str] = "only_done"
    example: ClassVar[str] = "only_done"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-STATUS-002",
        "XLAT-ERR-001",
        "XLAT-ERR-003",
        "XLAT-ERR-006",
        "XLAT-N-001",
        "XLAT-TEXT-001",
        "XLAT-USE-004",
        "XLAT-USE-006",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "[DONE] after an event with JSON"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        found = False
        for event in stream:
            if is_done(event.block.data):
                if found:
                    stream.here()
                yield event
            else:
                found = found or bool(event.value)

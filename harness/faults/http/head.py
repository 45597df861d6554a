"""The fields of an answer's head: they are missing, or do not say what comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import How, header
from harness.faults.dialect import dialect_of
from harness.faults.fault import NO_RESPONSE, Fault, parameter
from harness.faults.wire import no_events, no_text, without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


def _media_type(text: str) -> str:
    kind, slash, rest = text.partition("/")
    if not (kind and slash and rest and text.isascii() and text.isprintable() and " " not in text):
        message = "a media type, such as text/plain"
        raise ValueError(message)
    return text


@dataclass(frozen=True, kw_only=True)
class ContentType(Fault):
    """The field content-type says something else than what comes.

    Everything else is as recorded.
    """

    name: ClassVar[str] = "content_type"
    example: ClassVar[str] = "content_type:text/plain"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-CT-001", "HTTP-CT-002")
    positional: ClassVar[str | None] = "value"

    value: str = parameter("application/json", "", "What it says instead.", _media_type)

    def obstacle(self, exchange: Exchange) -> str | None:
        """The recording must have another one."""
        if exchange.response is None:
            return NO_RESPONSE
        media = (header(exchange.response.headers, "content-type") or "").partition(";")[0].strip().lower()
        same = media == self.value.partition(";")[0].strip().lower()
        return f"the content-type is {self.value} already" if same else None

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange under another label."""
        if exchange.response is None or self.obstacle(exchange):
            return exchange
        headers = (*without(exchange.response.headers, "content-type"), ("content-type", self.value))
        return replace(exchange, response=replace(exchange.response, headers=headers))

    def equivalent(self, exchange: Exchange) -> str | None:
        """What an error is called matters to nobody: SDKs read it as JSON if they can."""
        if exchange.response is not None and exchange.response.status >= HTTPStatus.BAD_REQUEST:
            return "the answer is an error, whose content-type is not judged"
        if dialect_of(exchange.request.url) == "gemini":
            return "Gemini streams as events or as JSON, and the label is not judged"
        return None


@dataclass(frozen=True, kw_only=True)
class ContentEncoding(Fault):
    """The field content-encoding says `gzip`, and the bytes are plain."""

    name: ClassVar[str] = "content_encoding"
    example: ClassVar[str] = "content_encoding"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-HDR-003", "UP-END-001", "XLAT-ERR-002")

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a plain body."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        return None if any(chunk.data for chunk in exchange.response.chunks) else "the body is empty"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange under another label."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        headers = (*without(exchange.response.headers, "content-encoding"), ("content-encoding", "gzip"))
        return replace(exchange, response=replace(exchange.response, headers=headers))


@dataclass(frozen=True, kw_only=True)
class ContentLength(Fault):
    """A stream has a Content-Length, the right one, as gateways send that hold the answer until it is whole."""

    name: ClassVar[str] = "content_length"
    example: ClassVar[str] = "content_length"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-HDR-001",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a stream without one."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        if exchange.ending.how is not How.COMPLETE:
            return "the body breaks off"
        has = header(exchange.response.headers, "content-length") is not None
        return "it has a Content-Length already" if has else None

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with one field more."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        length = sum(len(chunk.data) for chunk in exchange.response.chunks)
        headers = (*without(exchange.response.headers, "transfer-encoding"), ("content-length", str(length)))
        return replace(exchange, response=replace(exchange.response, headers=headers))


@dataclass(frozen=True, kw_only=True)
class OmitRequestId(Fault):
    """The field x-request-id is left out."""

    name: ClassVar[str] = "omit_request_id"
    example: ClassVar[str] = "omit_request_id"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-HDR-002",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """The answer must have one."""
        if exchange.response is None:
            return NO_RESPONSE
        return (
            None
            if header(exchange.response.headers, "x-request-id") is not None
            else "it has no x-request-id"
        )

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange without that field."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        headers = without(exchange.response.headers, "x-request-id")
        return replace(exchange, response=replace(exchange.response, headers=headers))

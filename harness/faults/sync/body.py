"""Faults of answers that are one JSON document."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from harness import jsonvalue
from harness.cassettes.exchange import Chunk, header
from harness.faults.event import encode
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import EVENT_LIMIT, no_text, without

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class BodyFault(Fault):
    """A fault that changes the JSON of a whole answer.

    It holds the body, which is one document, and gives it back in one chunk, at the time of the last.
    """

    wanted: ClassVar[str]
    """What the answer must have for the fault to be made."""
    failures: ClassVar[bool] = False
    """Whether it is about answers with an error status; else about those without."""

    @abstractmethod
    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body in place; whether it did."""

    def obstacle(self, exchange: Exchange) -> str | None:
        """The answer may be a stream, or lack what is to be changed."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        value = document(exchange)
        if not value:
            return "the answer is no JSON object"
        if (exchange.response.status >= 400) is not self.failures:
            return f"the status is {exchange.response.status}"
        before = encode(value)
        return None if self.change(value, exchange) and encode(value) != before else f"no {self.wanted}"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with another body."""
        if exchange.response is None or self.obstacle(exchange) is not None:
            return exchange
        value = document(exchange)
        self.change(value, exchange)
        return with_body(exchange, encode(value))


def document(exchange: Exchange) -> Json:
    """The JSON object that an answer is; empty where it is none."""
    if exchange.response is None:
        return {}
    pieces: list[bytes] = []
    size = 0
    for chunk in exchange.response.chunks:
        pieces.append(chunk.data)
        size += len(chunk.data)
        if size > EVENT_LIMIT:
            return {}
    body = b"".join(pieces)
    if not body.lstrip().startswith(b"{"):
        return {}
    _, value = jsonvalue.try_parse(body)
    return value if isinstance(value, dict) else {}


def with_body(exchange: Exchange, body: bytes, **fields: str) -> Exchange:
    """The exchange with these bytes for a body, and with these header fields (`_` stands for `-`)."""
    if exchange.response is None:
        return exchange
    at_us = max((chunk.at_us for chunk in exchange.response.chunks), default=0)
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    headers = without(exchange.response.headers, "content-length", *names)
    if header(exchange.response.headers, "content-length") is not None and "content-type" not in names:
        names["content-length"] = str(len(body))
    chunks = (Chunk(at_us, body),)
    return replace(
        exchange, response=replace(exchange.response, headers=(*headers, *names.items()), chunks=chunks)
    )

"""The answer is labelled as something else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from harness.cassettes.exchange import header
from harness.faults.dialect import dialect_of
from harness.faults.fault import NO_RESPONSE, Fault, parameter
from harness.faults.wire import without

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

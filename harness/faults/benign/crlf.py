"""Lines end with CR LF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.wire import changed, no_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Chunk, Exchange

_BARE_LF = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, kw_only=True)
class Crlf(Fault):
    """Every line ends with CR LF.

    Legal: WHATWG's parser takes LF, CR and CR LF. Chunks keep their boundaries and grow.
    """

    name: ClassVar[str] = "crlf"
    example: ClassVar[str] = "crlf"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-004",)
    benign: ClassVar[bool] = True

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be an event stream with a line that ends with LF alone."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        same = zip(exchange.response.chunks, _with_crlf(exchange.response.chunks), strict=True)
        return None if any(old != new for old, new in same) else "no line of the body ends with LF alone"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with other line ends."""
        return exchange if self.obstacle(exchange) else changed(exchange, _with_crlf)


def _with_crlf(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    after_cr = False
    for chunk in chunks:
        data = chunk.data
        if data:
            # The LF of a CR LF that two chunks share must not get a second CR.
            kept = 1 if after_cr and data[:1] == b"\n" else 0
            after_cr = data.endswith(b"\r")
            data = data[:kept] + _BARE_LF.sub(b"\r\n", data[kept:])
        yield chunk._replace(data=data)

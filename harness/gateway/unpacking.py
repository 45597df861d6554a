"""Bodies that came packed, as those who look into them want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.content_coding import codings, decoder
from harness.gateway.untouched import Collected, Untouched

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.cassettes.exchange import Headers
    from harness.gateway.untouched import Carrier


def feeder(carrier: Carrier, headers: Headers) -> Callable[[bytes], bytes]:
    """What takes the wire's bytes of an answer with this head, feeds the carrier, and gives what that gives.

    Raises:
        CodingError: The content coding is not known. What is given back raises it where a body is not as it says.
    """
    named = codings(headers)
    if not named or (isinstance(carrier, Untouched) and not isinstance(carrier, Collected)):
        return carrier.feed
    decode = decoder(named)

    def feed(data: bytes) -> bytes:
        sent: list[bytes] = []
        # Piece by piece, and no further than the carrier wants: a few packed bytes may be more than memory holds.
        for piece in decode(data):
            sent.append(carrier.feed(piece))
            if carrier.over:
                break
        return b"".join(sent)

    return feed

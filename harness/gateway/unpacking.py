"""Bodies that came packed, as those who look into them want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.content_coding import codings, decoder
from harness.gateway.untouched import Untouched

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.cassettes.exchange import Headers
    from harness.gateway.secrecy import KeyGuard
    from harness.gateway.untouched import Carrier


def feeder(carrier: Carrier, headers: Headers, guard: KeyGuard | None = None) -> Callable[[bytes], bytes]:
    """What takes the wire's bytes of an answer with this head, feeds the carrier, and gives what that gives.

    Args:
        carrier: Has been told of the head.
        headers: The upstream's.
        guard: Keeps the upstream's key from the carrier; None where it has none.

    Raises:
        CodingError: The content coding is not known. What is given back raises it where a body is not as it says.
    """
    named = codings(headers)
    take = carrier.feed if guard is None else _guarded(carrier, guard)
    if not named or (isinstance(carrier, Untouched) and not carrier.unpacked):
        return take
    decode = decoder(named)

    def feed(data: bytes) -> bytes:
        sent: list[bytes] = []
        # Piece by piece, and no further than the carrier wants: a few packed bytes may be more than memory holds.
        for piece in decode(data):
            sent.append(take(piece))
            if carrier.over:
                break
        return b"".join(sent)

    return feed


def _guarded(carrier: Carrier, guard: KeyGuard) -> Callable[[bytes], bytes]:
    def feed(data: bytes) -> bytes:
        clean = guard.feed(data)
        return carrier.feed(clean) if clean else b""

    return feed

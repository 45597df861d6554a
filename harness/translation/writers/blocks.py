"""The bytes of a client's stream: JSON as servers write it, in blocks of server-sent events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.sse.encoder import encode_comment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.losses import Ledger
    from harness.translation.session import Session

DONE: Final = b"data: [DONE]\n\n"

_encode: Final = msgspec.json.Encoder().encode


def encoded(value: Any) -> bytes:
    """A value as JSON: without spaces, keys in the order they have, UTF-8 as it is."""
    try:
        return _encode(value)
    except (OverflowError, ValueError):
        # Integers beyond 64 bits, which JSON has and msgspec's encoder has not; a half of a surrogate pair.
        return json.dumps(value, separators=(",", ":")).encode()


def members_after(members: Mapping[str, Any]) -> bytes:
    """Members of an object that has others before them."""
    return b"," + encoded(members)[1:-1] if members else b""


def kept(raw: Mapping[str, Any], session: Session, src: int = -1) -> Mapping[str, Any]:
    """What an upstream says besides, or nothing where it is nested too deeply to be written inside an event."""
    try:
        encoded([[[[[[[[[[raw]]]]]]]]]])
    except RecursionError:
        session.lose_at("L201", src, "an object that is nested too deeply")
        return {}
    return raw


def told(ledger: Ledger) -> bytes:
    """The losses as comments, one a line, for clients that look at the stream itself."""
    comments = [
        encode_comment("harness-loss " + encoded(loss.as_json()).decode("utf-8", "replace"))
        for loss in ledger.losses
    ]
    return b"".join(comments)

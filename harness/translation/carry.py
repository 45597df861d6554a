"""How what only one vendor can read travels through a client that speaks another's dialect.

A signature or an encrypted thought of Anthropic or Gemini has to come back with the next request, and Responses has one
place for such things, `encrypted_content`, which is OpenAI's own. So it is sent there as `hx1:<vendor>:<base64>`, and
unwrapped when it comes back; whoever it is not from is never sent it (L153). A signature says so behind the vendor,
`hx1:anthropic/signature:...`: without a text beside it, it could not be told from a thought that cannot be read.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

CarriedKind: TypeAlias = Literal["encrypted", "signature", "call"]
"""A thought that only its vendor can read; what proves the thought that it stands with; what proves the call before."""

_MARK: Final = "hx1:"
_KINDS: Final[frozenset[str]] = frozenset(get_args(CarriedKind))


class Carried(NamedTuple):
    """What was wrapped: whose it is, the blob itself, and what it is."""

    vendor: str
    blob: str
    kind: CarriedKind


def wrapped(vendor: str, blob: str, kind: CarriedKind = "encrypted") -> str:
    """The blob in a form that says whose it is.

    Args:
        vendor: Who made it; without a colon or slash.
        blob: Any text; a wrapped one may be wrapped again.
        kind: What it is.
    """
    data = base64.b64encode(blob.encode("utf-8", "surrogatepass")).decode("ascii")
    said = "" if kind == "encrypted" else f"/{kind}"
    return f"{_MARK}{vendor.replace(':', '-').replace('/', '-')}{said}:{data}"


def unwrapped(text: str) -> Carried | None:
    """What a wrapped text holds; None where the text is anything else, or was damaged on its way."""
    if not text.startswith(_MARK):
        return None
    head, colon, data = text[len(_MARK) :].partition(":")
    vendor, _, kind = head.partition("/")
    kind = kind or "encrypted"
    if not colon or kind not in _KINDS:
        return None
    try:
        blob = base64.b64decode(data, validate=True).decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        return None
    return Carried(vendor, blob, kind)  # type: ignore[arg-type]  # it is one of them

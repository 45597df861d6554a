"""How what only one vendor can read travels through a client that speaks another's dialect.

A signature or an encrypted thought of Anthropic or Gemini has to come back with the next request, and Responses has one
place for such things, `encrypted_content`, which is OpenAI's own. So it is sent there as `hx1:<vendor>:<base64>`, and
unwrapped when it comes back; whoever it is not from is never sent it (L153).
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

_MARK: Final = "hx1:"


def wrapped(vendor: str, blob: str) -> str:
    """The blob in a form that says whose it is.

    Args:
        vendor: Who made it; without a colon.
        blob: Any text; a wrapped one may be wrapped again.
    """
    data = base64.b64encode(blob.encode("utf-8", "surrogatepass")).decode("ascii")
    return f"{_MARK}{vendor.replace(':', '-')}:{data}"


def unwrapped(text: str) -> tuple[str, str] | None:
    """The vendor and the blob of a wrapped one; None where the text is anything else, or was damaged on its way."""
    if not text.startswith(_MARK):
        return None
    vendor, colon, data = text[len(_MARK) :].partition(":")
    if not colon:
        return None
    try:
        return vendor, base64.b64decode(data, validate=True).decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        return None

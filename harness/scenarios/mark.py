"""The mark by which an upstream knows a session again, whatever a gateway made of its request.

It stands in the first prompt of the client. A gateway may rename the model, move the system prompt, and rewrite every
header; what the user said it has to pass on.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

_LENGTH: Final = 20
_MARK: Final = re.compile(rb"hx[0-9a-f]{20}")


def mark(*parts: object) -> str:
    """The mark of one session: letters and digits only, so that no escaping changes it; the same for the same parts."""
    digest = sha256("\0".join(map(str, parts)).encode()).hexdigest()
    return f"hx{digest[:_LENGTH]}"


def marks_in(body: bytes) -> list[str]:
    """The marks in a request's body, each once, in order; of several the first is whose request it is."""
    return list(dict.fromkeys(one.decode() for one in _MARK.findall(body)))

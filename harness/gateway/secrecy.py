"""The key that an upstream is sent must not come back to a client, whoever quotes it.

Upstreams repeat the key that they refuse. A client has no business with it: it is the gateway's. So it is replaced in
all that an upstream answers, by as many characters that say what stood there; every other byte stays as it is. The
placeholder is that of recordings, so that what a client got and what was recorded of the upstream read the same. A key
that is too short or plainly none (`not-needed`) would be found where it is not meant, and is let through.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from harness.cassettes.redaction.placeholder import placeholder
from harness.io.environment import SHORTEST, is_credible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Headers
    from harness.gateway.destinations import Destination


class KeyGuard:
    """Hides one key in one answer of the upstream that it was sent to.

    Args:
        key: The key.
        label: What stands in its place.
    """

    __slots__ = ("_forms", "_held", "_label", "_longest", "_pattern")

    def __init__(self, key: str, label: str) -> None:
        self._label = label
        self._held = b""
        self._forms = tuple(sorted(_forms(key), key=len, reverse=True))
        self._longest = len(self._forms[0])
        self._pattern = re.compile(b"|".join(map(re.escape, self._forms)))

    def feed(self, data: bytes) -> bytes:
        """The next bytes of a body; what may be the beginning of the key is held until more is known."""
        text = self._replaced(self._held + data)
        keep = self._begun(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep] if keep else text

    def finish(self) -> bytes:
        """What was held: the body has ended."""
        held, self._held = self._held, b""
        return held

    def headers(self, headers: Headers) -> Headers:
        """Header fields without the key."""
        return tuple(
            (
                name,
                self._replaced(value.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape"),
            )
            for name, value in headers
        )

    def _replaced(self, data: bytes) -> bytes:
        for form in self._forms:
            if form in data:
                return self._pattern.sub(self._placeholder, data)
        return data

    def _placeholder(self, match: re.Match[bytes]) -> bytes:
        return placeholder(self._label, len(match[0])).encode()

    def _begun(self, text: bytes) -> int:
        """How many bytes at the end may be the beginning of the key."""
        start = max(0, len(text) - self._longest + 1)
        first = self._forms[0][:1]
        at = text.find(first, start)
        while at >= 0:
            tail = text[at:]
            if any(form.startswith(tail) for form in self._forms):
                return len(tail)
            at = text.find(first, at + 1)
        return 0


def guard_of(destination: Destination) -> KeyGuard | None:
    """What hides the key of this upstream; None where it has none of ours. A client's own key is no secret to it."""
    key = destination.key
    if key is None or len(key) < SHORTEST or not is_credible(key):
        return None
    return KeyGuard(key, f"key of {destination.name}")


def _forms(key: str) -> Iterable[bytes]:
    """How the key may be written: as it is, and in JSON, where some servers escape slashes. All begin alike."""
    escaped = json.dumps(key)[1:-1]
    texts = {key, escaped, escaped.replace("/", "\\/")}
    raw = key.encode("utf-8", "surrogateescape")
    return {raw, *(one.encode() for one in texts if one[:1] == key[:1] and one.isascii())}

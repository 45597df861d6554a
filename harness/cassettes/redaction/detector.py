"""A second look at what is about to be written, with rules of its own.

The redactor's rules know names, contexts and how a stream is cut. The detector knows none of that: it looks
for prefixes followed by a run that looks drawn by lot, and for known values in every form, so that a mistake
in one of the two is caught by the other.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sighting(NamedTuple):
    """Bytes `start` to `stop` look like a live secret called `label`."""

    label: str
    start: int
    stop: int


class Detector:
    """Finds live-looking secrets in bytes.

    Args:
        values: Label -> value that must not be found in any form.
    """

    def __init__(self, *, values: Mapping[str, str] = {}) -> None:
        self._known = {form: label for label, value in values.items() for form in _disguises(value)}
        self._quick = re.compile(
            b"|".join([_TOKEN, *map(re.escape, sorted(self._known, key=len, reverse=True))])
        )

    def find(self, data: bytes) -> list[Sighting]:
        """All sightings in `data`, in order."""
        found = []
        for match in self._quick.finditer(data):
            text = match.group()
            label = self._known.get(text)
            if label is None and _live(text):
                label = "key-like token"
            if label is not None:
                found.append(Sighting(label, match.start(), match.end()))
        return found


_TOKEN = (
    rb"(?<![A-Za-z0-9_-])(?:sk-(?:ant|proj|svcacct|or)-|gsk_|xai-|gh[pousr]_|github_pat_|glpat-|AIza|AKIA|ASIA|[sr]k_live_)"
    rb"[A-Za-z0-9_-]{16,300}"
)


def _live(text: bytes) -> bool:
    return b"redacted" not in text and any(byte in b"0123456789" for byte in text[4:])


def _disguises(value: str) -> set[bytes]:
    raw = value.encode()
    if len(raw) < 4:
        return set()
    result = {raw, msgspec.json.encode(value)[1:-1], quote(value, safe="").encode(), quote(value).encode()}
    for pad in range(3):
        text = b64encode(b"\0" * pad + raw)
        inner = text[(0, 2, 3)[pad] : (pad + len(raw)) * 8 // 6]
        if len(inner) >= 8:
            result |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return result

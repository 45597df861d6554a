"""A second look at what is about to be written, with rules of its own.

The redactor knows names, contexts and how a stream is cut. The detector knows none of that and shares no table
with it: it looks for a prefix that only keys have, before a run that looks drawn by lot (its entropy), and for
known values in all their disguises. So a mistake in one of the two is caught by the other. It sees rows, not
bodies: what a row holds in base64 (`"b64":"…"`) is decoded and looked into as well.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections import Counter
from math import log2
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


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
        known = {form: label for label, value in values.items() for form in _disguises(value)}
        self._known = tuple(known.items())
        self._quick = tuple(_quick_looks(known))

    def find(self, data: bytes) -> list[Sighting]:
        """All sightings in `data`, in order of their places."""
        found = self._plain(data)
        if _WRAPPED in data:
            for match in _WRAPPED_TEXT.finditer(data):
                try:
                    inner = b64decode(match.group(1), validate=True)
                except (binascii.Error, ValueError):
                    continue
                found += (Sighting(label, *match.span(1)) for label, _, _ in self._plain(inner))
        return sorted(set(found), key=lambda sighting: (sighting.start, sighting.stop)) if found else found

    def _plain(self, data: bytes) -> list[Sighting]:
        found: list[Sighting] = []
        for sign, known in self._quick:
            if sign in data and known.search(data) is not None:
                found += self._values(data)
                break
        for sign, suspicious in _SUSPICIONS:
            if sign in data and suspicious.search(data) is not None:
                found += (
                    seen for match in suspicious.finditer(data) if (seen := _token(data, match.start()))
                )
        return found

    def _values(self, data: bytes) -> Iterator[Sighting]:
        for form, label in self._known:
            yield from (Sighting(label, *match.span()) for match in re.finditer(re.escape(form), data))


def _quick_looks(forms: Iterable[bytes]) -> Iterator[tuple[int, re.Pattern[bytes]]]:
    """As few searches as find all forms: each by a character that is rare in text and stands in many of them."""
    left = set(forms)
    while left:
        votes = Counter(sign for form in left for sign in set(form))
        sign = max(votes, key=lambda sign: (_RARE.find(sign) >= 0, votes[sign], _RARE.find(sign)))
        served = sorted(form for form in left if sign in form)
        left.difference_update(served)
        places = ((form, form.index(sign)) for form in served)
        looks = (
            b"(?<=" + re.escape(form[: place + 1]) + b")(?=" + re.escape(form[place + 1 :]) + b")"
            for form, place in places
        )
        yield sign, re.compile(re.escape(bytes([sign])) + b"(?:" + b"|".join(looks) + b")")


_RARE = b"AITPENDOSMBRGHLUFCqjzWXVYKQJZ%+"
"""Characters that text seldom holds, the rarest last."""


class _Kind(NamedTuple):
    """Keys that begin with `prefix` and go on with `run`."""

    prefix: bytes
    run: re.Pattern[bytes]


_ANY = rb"[A-Za-z0-9_-]{%d,%d}(?![A-Za-z0-9_-])"
_PLAIN = rb"[A-Za-z0-9]{%d,%d}(?![A-Za-z0-9])"
_KINDS = tuple(
    _Kind(prefix.encode(), re.compile(run % (least, most)))
    for run, least, most, prefixes in (
        (_ANY, 20, 180, "sk-ant- sk-or- sk-proj- sk-svcacct- sk- glpat-"),
        (_ANY, 20, 95, "gsk_ xai- xoxb- xoxp-"),
        (_ANY, 32, 38, "AIza"),
        (_ANY, 24, 40, "GOCSPX-"),
        (_ANY, 44, 100, "nvapi- github_pat_"),
        (_PLAIN, 24, 48, "hf_ r8_ csk- npm_ pplx-"),
        (_PLAIN, 34, 60, "ghp_ gho_ ghu_ ghs_ ghr_"),
        (_PLAIN, 20, 160, "sk_live_ rk_live_"),
        (rb"(?=[A-Z0-9]{16}(?![A-Za-z0-9]))[A-Z0-9]{%d,%d}", 16, 16, "AKIA ASIA"),
    )
    for prefix in prefixes.split()
)
"""What keys begin with, and what must follow; all lengths within those that are really used."""

_SUSPICIONS = (
    (
        ord("_"),
        re.compile(
            rb"_(?<=[shrpav][kf8mpousrte]_)(?:(?<=sk_|hf_|r8_|pm_|at_|ve_)|(?<=gh[pousr]_))(?=[A-Za-z0-9]{8})"
        ),
    ),
    (ord("-"), re.compile(rb"-(?:(?<=sk-|PX-)|(?<=xai-|pat-|oxb-|oxp-|api-|plx-))(?=[A-Za-z0-9_-]{8})")),
    (ord("I"), re.compile(rb"I(?<=A[KS]I)(?=A[A-Z0-9]{16})|I(?<=AI)(?=za[A-Za-z0-9_-]{16})")),
)
"""Where a closer look is worth its time: a character of the prefix, and what stands around it."""


def _token(data: bytes, place: int) -> Sighting | None:
    """The key that the suspicious character at `place` belongs to the prefix of, where there is one."""
    before = _WORD_BEFORE.search(data, max(0, place - 20), place + 1)
    if before is None:
        return None
    start = before.start(1)
    for prefix, run in _KINDS:
        if data.startswith(prefix, start) and (match := run.match(data, start + len(prefix))):
            return Sighting("key-like token", start, match.end()) if _drawn_by_lot(match.group()) else None
    return None


_WORD_BEFORE = re.compile(
    rb"(?:\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}|[^A-Za-z0-9_-]|^)([A-Za-z0-9_-]{2,12})\Z"
)
_WRAPPED = b'"b64":"'
_WRAPPED_TEXT = re.compile(rb'"b64":"([A-Za-z0-9+/=]{16,})"')


def _drawn_by_lot(run: bytes) -> bool:
    """Whether a run has the entropy of a key: words have no digits, and few different signs for their length."""
    if b"redacted" in run:
        return False
    counts = Counter(run)
    entropy = -sum(times / len(run) * log2(times / len(run)) for times in counts.values())
    digits = sum(counts[digit] for digit in b"0123456789")
    return digits >= 2 and len(run) - digits - counts[45] - counts[95] >= 2 and entropy >= 3.0


def _disguises(value: str) -> set[bytes]:
    """A value as it is, in JSON strings (also one inside the other), percent-encoded, and within base64."""
    if len(value) < 4:
        return set()
    once = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    once |= {text.replace("/", "\\/") for text in once}
    nested = {json.dumps(text)[1:-1] for text in once}
    nested |= {json.dumps(text)[1:-1] for text in nested}
    percent = {quote(value, safe=""), quote(value), quote_plus(value)}
    texts = {value, *once, *nested, *percent}
    result = {text.encode("utf-8", "surrogateescape") for text in texts}
    raw = value.encode("utf-8", "surrogateescape")
    for pad, skipped in enumerate((0, 2, 3)):
        inner = b64encode(bytes(pad) + raw)[skipped : (pad + len(raw)) * 8 // 6]
        if len(inner) >= 8:
            result |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return result

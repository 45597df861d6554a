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
from collections import Counter, defaultdict
from math import log2
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


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
        self._suspects = re.compile(b"|".join(_suspicions(self._known))).finditer

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
        return sorted(set(found), key=lambda sighting: (sighting.start, sighting.stop))

    def _plain(self, data: bytes) -> list[Sighting]:
        return [sighting for match in self._suspects(data) for sighting in self._at(data, match.start())]

    def _at(self, data: bytes, place: int) -> Iterator[Sighting]:
        """What can be seen around a character that stopped the search."""
        for form, label in self._known.items():
            start = data.find(form, max(0, place - len(form) + 1), place + len(form))
            if 0 <= start <= place:
                yield Sighting(label, start, start + len(form))
        before = _WORD_BEFORE.search(data, max(0, place - 40), place + 1)
        if before is None:
            return
        word = before.group(1)
        for prefix, run in _PREFIXES.items():
            if (
                word.endswith(prefix)
                and (match := run.match(data, place + 1))
                and _drawn_by_lot(match.group())
            ):
                if b"redacted" not in match.group() and word in {prefix, b"sk-" + prefix}:
                    yield Sighting("key-like token", before.start(1), match.end())
                return


def _telling(form: bytes) -> int:
    """The place of the rarest character."""
    return min(range(len(form)), key=lambda place: (_COMMON.find(form[place]), place))


def _suspicions(known: Mapping[bytes, str]) -> Iterator[bytes]:
    """One search per telling character: which literals around it deserve a closer look."""
    prefixes: dict[int, list[bytes]] = defaultdict(list)
    for prefix in _PREFIXES:
        prefixes[prefix[-1]].append(prefix)
    looks: dict[int, list[bytes]] = defaultdict(list)
    for sign, several in prefixes.items():
        neighbours = re.escape(bytes({prefix[-2] for prefix in several}))
        each = b"|".join(b"(?<=" + re.escape(prefix) + b")" for prefix in several)
        looks[sign].append(b"(?<=[%b].)(?:%b)(?=[A-Za-z0-9_.-]{12})" % (neighbours, each))
    for form in known:
        place = _telling(form)
        look = b"(?<=" + re.escape(form[: place + 1]) + b")(?=" + re.escape(form[place + 1 :]) + b")"
        looks[form[place]].append(look)
    for sign, several in looks.items():
        yield re.escape(bytes([sign])) + b"(?:" + b"|".join(several) + b")"


_COMMON = b'JQXZWYVKUFHGLBRMSODNEPTIA+/zqjwvykx9835672410hgbfmdpcrulsoainte":, {}[]_-.=%\\'
"""Characters, rarest first, as far as the choice of where to look goes."""

_ANY = rb"[A-Za-z0-9_-]{%d,%d}(?![A-Za-z0-9_-])"
_PLAIN = rb"[A-Za-z0-9]{%d,%d}(?![A-Za-z0-9])"
_PREFIXES = {
    prefix.encode(): re.compile(run % (least, most))
    for run, least, most, prefixes in (
        (_ANY, 20, 180, "sk- ant- or- proj- svcacct- glpat-"),
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
}
"""What keys begin with, and what must follow; all lengths within those that are really used."""

_WORD_BEFORE = re.compile(
    rb"(?:\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}|[^A-Za-z0-9_-]|^)([A-Za-z0-9_-]{3,12})\Z"
)
_WRAPPED = b'"b64":"'
_WRAPPED_TEXT = re.compile(rb'"b64":"([A-Za-z0-9+/=]{16,})"')


def _drawn_by_lot(run: bytes) -> bool:
    """Whether a run has the entropy of a key: words have no digits, and few different signs for their length."""
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

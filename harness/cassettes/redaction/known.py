"""The forms in which a known value may travel: raw, escaped for JSON, percent-encoded, inside base64."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Shorter values would be found in every second word."""


def _percent_forms(value: str) -> set[str]:
    quoted = {
        quote(value, safe=""),
        quote(value, safe="/"),
        quote(value, safe="/:@!$&'()*+,;=~"),
        quote_plus(value),
    }
    lower = {_lower_escapes(text) for text in quoted}
    return quoted | lower


def _lower_escapes(text: str) -> str:
    head, *rest = text.split("%")
    return "%".join([head, *(piece[:2].lower() + piece[2:] for piece in rest)])


def _json_forms(value: str) -> set[str]:
    plain = json.dumps(value, ensure_ascii=False)[1:-1]
    escaped = json.dumps(value)[1:-1]
    forms = {plain, escaped}
    forms |= {form.replace("/", "\\/") for form in forms}
    forms |= {form.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e") for form in forms}
    twice = {json.dumps(form, ensure_ascii=False)[1:-1] for form in forms}
    return forms | twice | {json.dumps(form, ensure_ascii=False)[1:-1] for form in twice}


def _base64_forms(value: bytes) -> set[bytes]:
    """The part of the base64 of any text around `value` that does not depend on what stands around it."""
    forms = set()
    for offset in range(3):
        text = b64encode(b"\0" * offset + value)
        first = (offset * 8 + 5) // 6
        last = (offset + len(value)) * 8 // 6
        inner = text[first:last]
        if len(inner) >= 8:
            forms |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


def forms(value: str) -> frozenset[bytes]:
    """All byte strings in which `value` is to be looked for; empty where it is too short to be told apart."""
    if len(value) < SHORTEST:
        return frozenset()
    raw = value.encode("utf-8", "surrogateescape")
    texts = {value, *_json_forms(value), *_percent_forms(value)}
    result = {raw, *(text.encode("utf-8", "surrogateescape") for text in texts)}
    return frozenset(result | _base64_forms(raw))

r"""Secrets that are known by what stands before them, not by their own shape.

`"api_key": "…"` (also inside an escaped JSON string, and as a part of multipart/form-data), `&access_token=…`,
`Bearer …`, `Basic …`, `https://user:password@host`, and PEM private keys. Each function looks at one place and
says what it sees, or that more bytes are needed; it never looks back further than 64 bytes.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error

from harness.cassettes.redaction.names import is_credential_field, is_credential_parameter, is_weak_field
from harness.cassettes.redaction.placeholder import begins_placeholder
from harness.cassettes.redaction.shapes import inside_word, mixed
from harness.cassettes.redaction.spans import Span, Undecided, Verdict

LONGEST = 16_384
"""Bytes after which a value is looked at no further: what is longer is no key."""

_NAME_BEFORE = re.compile(rb"[\"=]([A-Za-z0-9_.-]{1,48})(\\{0,7})\Z")
_TO_VALUE = re.compile(rb'"\s{0,16}:\s{0,16}(\\{0,7})"')
_TO_VALUE_BEGUN = re.compile(rb'"\s{0,16}(?::\s{0,16}\\{0,7})?\Z')
_TO_PART = re.compile(rb'"[^\r\n"]{0,128}\r\n(?:[A-Za-z-]{1,32}:[^\r\n]{0,128}\r\n){0,4}\r\n')
_TO_PART_BEGUN = re.compile(rb'"(?:[^\r\n"]{0,128}(?:\r(?:\n[^\0]{0,600})?)?)\Z')
_QUOTE_OR_BREAK = re.compile(rb'(\\*)"|[\r\n]')
_BREAK = re.compile(rb"[\r\n]")
_PASSWORD = re.compile(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z]).{6}")
_TEMPLATE = re.compile(rb"[$<{%*]|x+\Z|X+\Z|\.+\Z|(?i:your[-_ ])")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z-]{1,23}(?:256)? +(?=[^ ])")


def _worth_hiding(value: bytes) -> bool:
    return bool(value) and not begins_placeholder(value) and _TEMPLATE.match(value) is None


def _value(text: bytes, start: int, stop: int, name: str) -> Verdict:
    """The span of a field's value; the scheme word of an authorization stays readable."""
    if name.lower().endswith("authorization") and (scheme := _SCHEME.match(text, start, stop)):
        start = scheme.end()
    value = text[start:stop]
    if not _worth_hiding(value) or (is_weak_field(name) and _PASSWORD.match(value) is None):
        return None
    return Span(start, stop, name)


def field(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """A JSON or multipart field with a credential's name; `at` is the quote that ends the name."""
    before = _NAME_BEFORE.search(text, max(0, at - 60), at)
    if before is None:
        return _part(text, at, final)
    name = before.group(1).decode("latin-1")
    if not is_credential_field(name):
        return None
    opening = _TO_VALUE.match(text, at)
    if opening is None:
        if not final and _TO_VALUE_BEGUN.match(text, at):
            return Undecided(at)
        return _part(text, at, final)
    level = len(opening.group(1))
    start = opening.end()
    for end in _QUOTE_OR_BREAK.finditer(text, start, start + LONGEST):
        if end.group(1) is None:
            return _value(text, start, end.start(), name)
        if len(end.group(1)) % (2 * level + 2) == level:
            return _value(text, start, end.end() - 1 - level, name)
    if len(text) < start + LONGEST and not final:
        return Undecided(at)
    return _value(text, start, min(len(text), start + LONGEST), name)


_PART_NAME = re.compile(rb'name="([A-Za-z0-9_.-]{1,48})\Z')


def _part(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """A part of multipart/form-data (RFC 7578) with a credential's name."""
    before = _PART_NAME.search(text, max(0, at - 60), at)
    if before is None or not is_credential_field(name := before.group(1).decode("latin-1")):
        return None
    opening = _TO_PART.match(text, at)
    if opening is None:
        return Undecided(at) if not final and _TO_PART_BEGUN.match(text, at) else None
    start = opening.end()
    end = _BREAK.search(text, start, start + LONGEST)
    if end is None and len(text) < start + LONGEST and not final:
        return Undecided(at)
    return _value(text, start, end.start() if end else min(len(text), start + LONGEST), name)


_PARAMETER_BEFORE = re.compile(rb"(?:\A|[?&;\s\"']|\\[nrt]|\\u0026|%26|%3[Ff])([A-Za-z0-9_.-]{1,48})\Z")
_PARAMETER_VALUE = re.compile(rb"[^&#\s\"'<>\\;,(){}\[\]?]{0,4097}")


def parameter(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """A parameter of a URL or a form, or an assignment, with a credential's name; `at` is its `=`.

    In free text the value must also look drawn by lot: `?key=value` is what manuals say.
    """
    before = _PARAMETER_BEFORE.search(text, max(0, at - 60), at)
    if before is None or not is_credential_parameter(name := before.group(1).decode("latin-1")):
        return None
    value = _PARAMETER_VALUE.match(text, at + 1)
    if value is None or len(value.group()) > 4096:
        return None
    if value.end() == len(text) and not final:
        return Undecided(at)
    if len(value.group()) < 16 or not mixed(value.group()) or not _worth_hiding(value.group()):
        return None
    return Span(value.start(), value.end(), name)


_BEARER = re.compile(rb"[Bb]earer +")
_BEARER_BEGUN = re.compile(rb"[Bb](?:e(?:a(?:r(?:e(?:r *)?)?)?)?)?\Z")
_BASIC = re.compile(rb"[Bb]asic +")
_BASIC_BEGUN = re.compile(rb"[Bb](?:a(?:s(?:i(?:c *)?)?)?)?\Z")
_TOKEN68 = re.compile(rb"[A-Za-z0-9._~+/=-]{0,8193}")


def scheme(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """`Bearer <token>` (RFC 6750) or `Basic <base64>` (RFC 7617) in free text; `at` is the scheme's B."""
    if inside_word(text, at):
        return None
    word = _BEARER.match(text, at) or _BASIC.match(text, at)
    if word is None:
        begun = _BEARER_BEGUN.match(text, at) or _BASIC_BEGUN.match(text, at)
        return Undecided(at) if begun and not final else None
    value = _TOKEN68.match(text, word.end())
    if value is None or len(value.group()) > 8192:
        return None
    if value.end() == len(text) and not final:
        return Undecided(at)
    run = value.group().rstrip(b".")
    if begins_placeholder(run):
        return None
    basic = text[at + 1 : at + 2] == b"a"
    if (basic and _is_basic(run)) or (not basic and len(run) >= 16 and mixed(run)):
        return Span(word.end(), word.end() + len(run), "basic-credentials" if basic else "bearer-token")
    return None


def _is_basic(run: bytes) -> bool:
    if len(run) < 8:
        return False
    try:
        plain = b64decode(run, validate=True)
    except (Base64Error, ValueError):
        return False
    return b":" in plain and all(32 <= byte < 127 for byte in plain)


_USERINFO = re.compile(rb"://([A-Za-z0-9._~%!$&*+,;=-]{0,128})(?::([^/\s?#\"'<>\\@]{1,512}))?")


def userinfo(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """The password of `scheme://user:password@host` (RFC 3986, section 3.2.1); `at` is the colon of `://`."""
    match = _USERINFO.match(text, at)
    if match is None:
        return Undecided(at) if not final and b"://".startswith(text[at : at + 3]) else None
    if match.end() == len(text) and not final:
        return Undecided(at)
    if match.group(2) is None or text[match.end() : match.end() + 1] != b"@":
        return None
    return Span(match.start(2), match.end(2), "url-password") if _worth_hiding(match.group(2)) else None


_PEM = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_PEM_BEGUN = re.compile(rb"-{1,5}\Z|-----B[A-Z0-9 ]{0,96}-{0,5}\Z")
_PEM_END = re.compile(rb"-----|[\"<>]")
_PEM_MARGIN = re.compile(rb"(?:\\[nr]|\s)*")


def pem(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """A PEM private key (RFC 7468): all between its BEGIN line and its END line; `at` is the first dash."""
    opening = _PEM.match(text, at)
    if opening is None:
        return Undecided(at) if not final and _PEM_BEGUN.match(text, at) else None
    margin = _PEM_MARGIN.match(text, opening.end())
    start = margin.end() if margin else opening.end()
    end = _PEM_END.search(text, start, start + LONGEST)
    if end is None and len(text) < start + LONGEST and not final:
        return Undecided(at)
    stop = end.start() if end else min(len(text), start + LONGEST)
    while text.endswith((b"\\n", b"\\r"), start, stop):
        stop -= 2
    stop = start + len(text[start:stop].rstrip())
    return Span(start, stop, "pem-private-key") if _worth_hiding(text[start:stop]) else None

r"""Secrets that are known by what stands before them, not by their own shape.

`"api_key": "…"` (also inside an escaped JSON string, and as a part of multipart/form-data), `&access_token=…`,
`x-api-key: …`, `Bearer …`, `Basic …`, `https://user:password@host`, and PEM private keys. Each function looks at one
place and says what it sees, or that more bytes are needed; it never looks back further than 64 bytes.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error

from harness.cassettes.redaction.names import (
    SCHEME,
    is_credential_field,
    is_credential_header,
    is_credential_parameter,
    is_weak_field,
)
from harness.cassettes.redaction.placeholder import holds_placeholder
from harness.cassettes.redaction.shapes import inside_word, mixed
from harness.cassettes.redaction.spans import Span, Undecided, Verdict

LONGEST = 16_384
"""Bytes after which a value is looked at no further: what is longer is no key."""

_NAME_BEFORE = re.compile(rb"\"([A-Za-z0-9_.-]{1,48})(\\{0,7})\Z")
_TO_VALUE = re.compile(rb'"\s{0,16}:\s{0,16}(\\{0,7})"')
_TO_VALUE_BEGUN = re.compile(rb'"\s{0,16}(?::\s{0,16}\\{0,7})?\Z')
_TO_PART = re.compile(rb'"[^\r\n"]{0,128}\r\n(?:[A-Za-z-]{1,32}:[^\r\n]{0,128}\r\n){0,4}\r\n')
_TO_PART_BEGUN = re.compile(rb'"(?:[^\r\n"]{0,128}(?:\r(?:\n[^\0]{0,600})?)?)\Z')
_QUOTE_OR_BREAK = re.compile(rb'(\\*)"|[\r\n]')
_BREAK = re.compile(rb"[\r\n]")
_PASSWORD = re.compile(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z]).{6}")
_TEMPLATE = re.compile(rb"[$<{%*]|x+\Z|X+\Z|\.+\Z|(?i:your[-_ ])")
_SCHEME = re.compile(SCHEME.encode() + rb" +(?=[^ ])")


def _worth_hiding(value: bytes) -> bool:
    return bool(value) and not holds_placeholder(value) and _TEMPLATE.match(value) is None


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
    if before is None or not is_credential_field(name := before.group(1).decode("latin-1")):
        return None
    if opening := _TO_VALUE.match(text, at):
        return _string(text, at, opening, name, final)
    if not final and _TO_VALUE_BEGUN.match(text, at):
        return Undecided(at)
    return _part(text, at, name, final)


def _string(text: bytes, at: int, opening: re.Match[bytes], name: str, final: bool) -> Verdict:  # noqa: FBT001
    r"""The value of a JSON field.

    In a string inside a string its quotes are escaped with 1, 3, 7 … backslashes, and so many end it; a quote
    that belongs to the value itself has more of them. A line break never stands inside a JSON string.
    """
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


_PART_NAME = re.compile(rb'name="[A-Za-z0-9_.-]{1,48}\Z')


def _part(text: bytes, at: int, name: str, final: bool) -> Verdict:  # noqa: FBT001
    """A part of multipart/form-data (RFC 7578) with a credential's name."""
    if _PART_NAME.search(text, max(0, at - 60), at) is None:
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
    match = _PARAMETER_VALUE.match(text, at + 1)
    value = match.group() if match else b""
    stop = at + 1 + len(value)
    if stop == len(text) and len(value) <= 4096 and not final:
        return Undecided(at)
    if 16 <= len(value) <= 4096 and mixed(value) and _worth_hiding(value):
        return Span(at + 1, stop, name)
    return None


_HEADER_BEFORE = re.compile(rb"(?:\A|\\[nrt]|[^A-Za-z0-9_.\\-])([A-Za-z0-9-]{1,48})'?\Z")
_TO_HEADER_VALUE = re.compile(rb":[ \t]{0,8}(?:\\{0,7}[\"'])?")
_TO_HEADER_VALUE_BEGUN = re.compile(rb":[ \t]{0,8}\\{0,7}\Z")
_TO_CREDENTIALS = re.compile(SCHEME.encode() + rb" {1,8}(?=[^ ])")
_TO_CREDENTIALS_BEGUN = re.compile(SCHEME.encode() + rb" {0,8}\Z")
_HEADER_VALUE = re.compile(rb"[A-Za-z0-9._~+/=:-]{0,1025}")
_OPAQUE = re.compile(rb"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{6,}")
_WORD_WITH_NUMBER = re.compile(rb"(?i:(?:base|float|oauth|python|rfc|rsa|(?:hmac)?sha|u?int)[0-9]+(?:url)?)")


def quoted_header(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """A header field with a credential's name that is quoted in free text; `at` is the colon behind the name.

    `x-api-key: k3y9Zq7`, also as Python shows it: `{'x-api-key': 'k3y9Zq7'}`. Prose explains fields in the same way
    (`x-api-key: header is missing`), so something in the value must have six letters and digits in a row, and both.
    """
    before = _HEADER_BEFORE.search(text, max(0, at - 60), at)
    if before is None or not _is_quotable(name := before.group(1).decode("latin-1")):
        return None
    opening = _TO_HEADER_VALUE.match(text, at)
    start = opening.end() if opening else at + 1
    if name.lower().endswith("authorization"):
        if credentials := _TO_CREDENTIALS.match(text, start):
            start = credentials.end()
        elif not final and _TO_CREDENTIALS_BEGUN.match(text, start):
            return Undecided(at)
    match = _HEADER_VALUE.match(text, start)
    run = match.group() if match else b""
    if not final and (
        _TO_HEADER_VALUE_BEGUN.match(text, at) or (start + len(run) == len(text) and len(run) <= 1024)
    ):
        return Undecided(at)
    value = run.rstrip(b".:")
    if len(run) > 1024 or b"://" in value or not _worth_hiding(value):
        return None
    opaque = any(_WORD_WITH_NUMBER.fullmatch(one) is None for one in _OPAQUE.findall(value))
    return Span(start, start + len(value), name, guessed=True) if opaque else None


def _is_quotable(name: str) -> bool:
    """Whether a name is that of a header field, and no word of prose; a cookie's value is no single word."""
    name = name.lower()
    if name.endswith(("cookie", "cookies")) or ("-" not in name and name != "authorization"):
        return False
    return is_credential_field(name) or (name.startswith("x-") and is_credential_header(name))


_BEARER = re.compile(rb"Bearer {1,8}|Bearer\Z")
_BASIC = re.compile(rb"Basic {1,8}")
_TOKEN68 = re.compile(rb"[A-Za-z0-9._~+/=-]{0,8193}")


def scheme(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """`Bearer <token>` (RFC 6750) or `Basic <base64>` (RFC 7617) in free text; `at` is the scheme's B."""
    word = None if inside_word(text, at) else _BEARER.match(text, at) or _BASIC.match(text, at)
    if word is None:
        return None
    start = word.end()
    match = _TOKEN68.match(text, start)
    run = match.group() if match else b""
    if start + len(run) == len(text) and len(run) <= 8192 and not final:
        return Undecided(at)
    token = run.rstrip(b".")
    if len(run) > 8192 or holds_placeholder(token):
        return None
    if word.re is _BASIC:
        return Span(start, start + len(token), "basic-credentials") if _is_basic(token) else None
    return Span(start, start + len(token), "bearer-token") if len(token) >= 16 and mixed(token) else None


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
        return None
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


_ARN = re.compile(rb"arn(:|%3A)aws[a-z-]{0,16}\1[a-z0-9-]{1,32}\1[a-z0-9-]{0,24}\1([0-9]{12})(?![0-9A-Za-z])")
_ARN_BEGUN = re.compile(rb"arn(?:(?::|%3A)[a-z0-9-]{0,32}){1,4}(?:%3?)?\Z")


def account(text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """The account number in an Amazon resource name; `at` is its a."""
    match = _ARN.match(text, at)
    if not final and (_ARN_BEGUN.match(text, at) or (match and match.end() == len(text))):
        return Undecided(at)
    return Span(match.start(2), match.end(2), "aws-account-id") if match else None

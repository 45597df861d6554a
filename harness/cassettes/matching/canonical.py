"""The key of a request: equal keys, same request.

A key holds only what the policy counts, each part in a form in which white space, key order, parameter order,
multipart boundaries and placeholders of redaction no longer show. Two requests whose canonical bodies differ
never have the same key, because the body itself, not a digest, is part of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from harness.cassettes.exchange import header
from harness.cassettes.matching.ids import shape
from harness.cassettes.matching.normalisers import normaliser, normalisers
from harness.cassettes.matching.pointers import Pattern
from harness.cassettes.redaction.names import (
    is_credential_field,
    is_credential_header,
    is_credential_parameter,
)
from harness.cassettes.redaction.placeholder import MARK, is_placeholder, reduced, reduced_bytes

if TYPE_CHECKING:
    from harness.cassettes.exchange import Request
    from harness.cassettes.matching.policy import MatchPolicy
    from harness.jsonvalue import JsonValue

_SIGNED_WHEN = frozenset({"x-amz-date", "x-amz-expires", "x-goog-date", "x-goog-expires"})
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~/-]*\Z")
_TRIED_BYTES = 256 << 10
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Key(NamedTuple):
    """What counts of one request; a part that does not count is empty.

    `kind` says how `body` is to be understood: `json` (canonical JSON), `form`, `multipart`, `bytes`, or
    `ignored`; bodies of different kinds are never equal.
    """

    method: str
    scheme: str
    host: str
    port: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    kind: str
    body: bytes


class _Url(NamedTuple):
    scheme: str
    host: str
    port: str
    path: str
    query: tuple[tuple[str, str], ...]


@lru_cache(maxsize=512)
def _split(url: str) -> _Url:
    try:
        parts = urlsplit(url)
    except ValueError:
        # Such as a host of "[": the URL of a request that nobody recorded, and so a miss like any other.
        return _Url("", "", "", url, ())
    scheme = parts.scheme.lower()
    try:
        port = parts.port or _DEFAULT_PORTS.get(scheme)
    except ValueError:
        port = None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return _Url(
        scheme,
        (parts.hostname or "").lower(),
        "" if port is None else str(port),
        reduced(_normal_path(parts.path)) or "/",
        tuple(sorted(pair for pair in pairs if not _says_who_asks(*pair))),
    )


def _normal_path(path: str) -> str:
    """A path in one spelling (RFC 3986, section 6.2.2): a client may send `<` as it is, or as `%3c` or `%3C`.

    What is unreserved is not encoded, what may stand in a path stays as it is, encoded or not, as the two may differ
    in meaning (`%2F` is no `/`), and everything else is encoded with upper-case digits.
    """
    if _PLAIN_PATH.match(path):
        return path
    decoded = _ENCODED.sub(_normal_octet, path)
    return quote(decoded, safe="/:@!$&'()*+,;=%", encoding="utf-8", errors="surrogatepass")


def _normal_octet(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _PLAIN_PATH.match(character) and character != "/" else f"%{match[1].upper()}"


def _says_who_asks(name: str, value: str) -> bool:
    """Whether a query parameter is a credential or belongs to a signature: who asks, not what is asked."""
    return (
        is_credential_parameter(name)
        or name.lower() in _SIGNED_WHEN
        or (value.startswith(MARK) and is_placeholder(value))
    )


def _number(text: str) -> float | int:
    """Read a JSON number with a fraction or an exponent, so that 1.0 is 1 and 1e2 is 100."""
    value = float(text)
    if value.is_integer():
        return int(value)
    if value - value != 0:
        # Infinity would be written as null. A body that holds such a number is compared byte by byte.
        raise ValueError(text)
    return value


class Keyer:
    """Makes keys under one policy.

    Args:
        policy: What counts.
    """

    def __init__(self, policy: MatchPolicy) -> None:
        self._policy = policy
        self._patterns = tuple(Pattern(pointer) for pointer in policy.ignore)
        self._rules = tuple(normaliser(name).apply for name in policy.normalisers)
        self._ignored_query = frozenset(policy.ignore_query)
        self._decoder = msgspec.json.Decoder(float_hook=_number)
        self._encoder = msgspec.json.Encoder(order="deterministic")

    def key(self, request: Request) -> Key:
        """The key of a request whose secrets are placeholders already."""
        policy = self._policy
        url = _split(request.url)
        query = url.query if policy.query else ()
        if self._ignored_query:
            query = tuple(pair for pair in query if pair[0] not in self._ignored_query)
        kind, body = self._body(request)
        return Key(
            request.method.upper() if policy.method else "",
            url.scheme if policy.scheme else "",
            url.host if policy.host else "",
            url.port if policy.port else "",
            url.path if policy.path else "",
            query,
            self._headers(request) if policy.headers else (),
            kind,
            body,
        )

    def read(self, body: bytes) -> JsonValue:
        """The JSON of a request body as it counts: parsed, ignored parts gone, normalised.

        Raises:
            ValueError: It is not JSON.
            RecursionError: It is nested too deeply to be compared by value.
        """
        value: JsonValue = self._decoder.decode(reduced_bytes(body))
        if b'"re' in body or b'"r"' in body:
            _hide_credentials(value)
        for pattern in self._patterns:
            pattern.blank(value)
        for rule in self._rules:
            value = rule(value)
        return value

    def write(self, value: JsonValue) -> bytes:
        """Canonical bytes of a value that `read` gave."""
        return self._encoder.encode(value)

    def path(self, request: Request) -> str:
        """The path of a request's URL, also where the policy does not compare it."""
        return _split(request.url).path

    def would_help(self, recorded: bytes, live: bytes) -> str | None:
        """Name a normaliser under which two JSON bodies would be equal but for ids; None where none does."""
        if len(recorded) + len(live) > _TRIED_BYTES:
            return None
        for rule in normalisers():
            try:
                ours, theirs = (shape(rule.apply(self.read(body))).value for body in (recorded, live))
            except (ValueError, RecursionError):
                return None
            if self.write(ours) == self.write(theirs):
                return rule.name
        return None

    def _headers(self, request: Request) -> tuple[tuple[str, str], ...]:
        found = []
        for name in self._policy.headers:
            values = [value for key, value in request.headers if key.lower() == name]
            if values:
                text = ", ".join(values)
                if is_credential_header(name):
                    text = MARK
                elif name == "content-type":
                    text = _BOUNDARY.sub("boundary", text)
                found.append((name, reduced(text)))
        return tuple(found)

    def _body(self, request: Request) -> tuple[str, bytes]:
        if self._policy.body == "ignore":
            return "ignored", b""
        body = request.body
        if not body or self._policy.body == "raw":
            return "bytes", reduced_bytes(body)
        if may_be_json(body):
            try:
                return "json", self.write(self.read(body))
            except (ValueError, RecursionError):
                pass
        return self._other_body(request)

    def _other_body(self, request: Request) -> tuple[str, bytes]:
        content_type = header(request.headers, "content-type") or ""
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type == "application/x-www-form-urlencoded":
            return "form", self.write([list(pair) for pair in form_pairs(request)])
        if media_type.startswith("multipart/") and _BOUNDARY.search(content_type):
            # Each part with its length, so that no content can pass for a boundary.
            return "multipart", b"".join(b"%d:%b" % (len(part), part) for part in multipart_parts(request))
        return "bytes", reduced_bytes(request.body)


def form_pairs(request: Request) -> tuple[tuple[str, str], ...]:
    """The pairs of a form body in sorted order, credentials left out."""
    # latin-1 keeps bytes apart that are not UTF-8; what they mean is nobody's business here.
    text = reduced_bytes(request.body).decode("latin-1")
    pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1", max_num_fields=None)
    return tuple(sorted(pair for pair in pairs if not is_credential_parameter(pair[0])))


def multipart_parts(request: Request) -> list[bytes]:
    """What stands between the boundaries of a multipart body, preamble and epilogue included."""
    match = _BOUNDARY.search(header(request.headers, "content-type") or "")
    body = reduced_bytes(request.body)
    if match is None:
        return [body]
    return body.split(b"--" + (match[1] or match[2]).encode("latin-1", "replace"))


def may_be_json(body: bytes) -> bool:
    """Whether a body starts as a JSON object or array does: the only JSON that request bodies are."""
    return body.lstrip(b" \t\r\n")[:1] in {b"{", b"["}


def _hide_credentials(value: JsonValue) -> None:
    """Reduce the placeholders of short secrets, which are cut: only a field's name tells what they are."""
    waiting: list[JsonValue] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            for key, member in item.items():
                if isinstance(member, str):
                    if member[:1] == "r" and is_placeholder(member) and is_credential_field(key):
                        item[key] = MARK
                else:
                    waiting.append(member)

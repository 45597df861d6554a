"""What all readers of other tools' recordings have in common: bodies and heads that no longer fit each other.

Such tools keep a decoded body below the head of the encoded one. A client that was given both would try to
decode the body a second time, or wait for bytes that never come. So a field that the body contradicts is
left out, and said so in the cassette's head; everything else stays as the other tool wrote it.

Nothing here redacts. Whoever writes an imported cassette passes it through the redactor first.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Chunk, Ending, Exchange, Headers, How, Request, Response, header

if TYPE_CHECKING:
    from harness.jsonvalue import JsonValue

_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


def as_bytes(value: object) -> bytes:
    """The bytes of a body, as text, bytes, parsed JSON, a list of pieces or a file.

    Text that holds lone surrogates (an escaped body in JSON) gives the bytes they were made from where that
    can be known, and their own three-byte form where not. Parsed JSON is written compactly; its spaces are
    lost.
    """
    if callable(read := getattr(value, "read", None)):
        value = read()
    match value:
        case None:
            return b""
        case bytes():
            return value
        case str():
            return _encoded(value)
        case Mapping():
            return _of_mapping(value)
    if isinstance(value, Iterator) or (isinstance(value, list) and any(isinstance(p, bytes) for p in value)):
        # A body that was sent in pieces; a list without bytes is JSON.
        return b"".join(map(as_bytes, value))
    return rendered(value)


def _of_mapping(value: Mapping[object, object]) -> bytes:
    if (encoded := value.get("base64_string")) is not None:
        return unbase64(encoded)
    if "string" in value and set(value) <= {"string", "encoding", "base64_string", "size"}:
        return as_bytes(value["string"])
    return rendered(value)


def unbase64(value: object) -> bytes:
    """Decode base64 that may be folded over lines.

    Raises:
        ValueError: It is not base64.
    """
    try:
        return base64.b64decode("".join(str(value).split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None


def rendered(value: object) -> bytes:
    """Write parsed JSON (also as YAML reads it, with dates and bytes in it) as compact JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return _encoded(text)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _encoded(text: str) -> bytes:
    for errors in ("strict", "surrogateescape"):
        try:
            return text.encode("utf-8", errors)
        except UnicodeEncodeError:
            continue
    return text.encode("utf-8", "surrogatepass")


def as_headers(value: object) -> Headers:
    """Fields given as a mapping (to a value or a list of values), as pairs, or as `name: value` lines."""
    pairs: list[tuple[str, str]] = []
    items = list(value.items()) if isinstance(value, Mapping) else value
    for item in items if isinstance(items, (list, tuple)) else ():
        if isinstance(item, str):
            name, _, rest = item.partition(":")
            pairs.append((_field(name.strip()), _field(rest.strip())))
        elif isinstance(item, (list, tuple)) and len(item) == 2:
            values = item[1] if isinstance(item[1], (list, tuple)) else [item[1]]
            pairs += [(_field(item[0]), _field(each)) for each in values]
    return tuple(pairs)


def _field(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        # The other tool had decoded the field as UTF-8; a header of ours shows each byte as one character.
        return _encoded(text).decode("latin-1")
    return text


def as_text(value: object) -> str:
    """A method, URL or reason phrase, with lone surrogates (which no file can hold) replaced."""
    return str(value).encode("utf-8", "replace").decode()


def fitting_headers(
    headers: Headers, body: bytes, *, method: str = "GET", status: int = 200
) -> tuple[Headers, list[str]]:
    """Leave out `content-encoding` and `content-length` where the body contradicts them.

    Returns:
        The fields that fit, and a sentence for each that was left out.
    """
    notes: list[str] = []
    dropped: set[str] = set()
    coding = header(headers, "content-encoding")
    if coding and body and not is_encoded(coding, body):
        dropped.add("content-encoding")
        notes.append(f"content-encoding {coding} left out: the body was kept decoded")
    length = header(headers, "content-length")
    may_differ = method.upper() == "HEAD" or status in {204, 304} or status < 200
    if length is not None and not may_differ and length.strip() != str(len(body)):
        dropped.add("content-length")
        notes.append(f"content-length {length} left out: the body was kept with {len(body)} bytes")
    return tuple(pair for pair in headers if pair[0].lower() not in dropped), notes


def is_encoded(coding: str, body: bytes) -> bool:
    """Whether a body can be in the content coding that its head names (of several, the outermost)."""
    outermost = coding.rpartition(",")[2].strip().lower()
    if outermost in _MAGIC:
        return body.startswith(_MAGIC[outermost])
    if outermost == "deflate":
        return _inflates(body)
    if outermost == "br":
        return _is_brotli(body)
    return True


def _inflates(body: bytes) -> bool:
    import zlib  # noqa: PLC0415 - few bodies need it

    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            zlib.decompressobj(bits).decompress(body, 1024)
        except zlib.error:
            continue
        return True
    return False


def _is_brotli(body: bytes) -> bool:
    import brotli  # noqa: PLC0415 - few bodies need it

    # Brotli has no magic number, and short texts happen to begin like it: only a whole stream counts.
    try:
        brotli.decompress(body)
    except brotli.error:
        return False
    return True


def whole_body_exchange(
    index: int,
    request: Request,
    response: Response,
    body: bytes,
    *,
    at_us: int = 0,
    ending: Ending | None = None,
) -> tuple[Exchange, list[str]]:
    """An exchange whose body is known as a whole only: one chunk at 0 us.

    Args:
        index: Place in the cassette.
        request: What was sent.
        response: The head; its chunks are ignored.
        body: The whole body.
        at_us: Microseconds from the first request of the recording to this one.
        ending: How it ended; complete at 0 us if not given.

    Returns:
        The exchange, and a sentence for each field that was left out of its head.
    """
    headers, notes = fitting_headers(response.headers, body, method=request.method, status=response.status)
    answer = Response(
        status=response.status,
        headers=headers,
        chunks=(Chunk(0, body),) if body else (),
        reason=response.reason,
        http_version=response.http_version,
        at_us=response.at_us,
    )
    exchange = Exchange(index, request, answer, ending or Ending(How.COMPLETE), at_us=at_us)
    return exchange, [f"exchange {index}: {note}" for note in notes]


def imported_head(source: str, timing: str, notes: list[str]) -> dict[str, JsonValue]:
    """The head of an imported cassette.

    `source` names the other tool and format, `timing` what is known of times (`none`: nothing; `response`:
    when each response began, nothing inside it). `decoded` is there where a body was kept decoded, `notes`
    where anything else of the recording could not be taken over.
    """
    head: dict[str, JsonValue] = {"source": source, "timing": timing}
    if any("kept decoded" in note for note in notes):
        head["decoded"] = True
    if notes:
        head["notes"] = list(notes)
    return head

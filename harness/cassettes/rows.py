"""The rows of a cassette: one row is one JSON object on one line (docs/cassette-format.md is the specification).

A row is written with its keys in the order in which they stand here, without spaces, as UTF-8, and ends with
one LF. Optional members that are absent or empty are left out, so that there is one way to write each row.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import msgspec

from harness.cassettes.exchange import Ending, Headers, How, Redaction, Request, Response
from harness.errors import NotACassette, RowError
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.jsonvalue import JsonValue

SCHEMA = "llm-cassette/1"
PAYLOAD_LIMIT = 65_536
"""A payload row holds at most this many bytes of a body, so that rows can be read in flat memory."""
WIRE_LIMIT = 1_024
"""A `wire` row describes at most this many chunks."""

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Digest: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Pairs: TypeAlias = tuple[tuple[str, str], ...]
Extra: TypeAlias = "Mapping[str, JsonValue]"


class PartMark(msgspec.Struct, omit_defaults=True):
    """What the head of a `.part` file says about itself."""

    first: Count = 0


class Head(msgspec.Struct, tag="head", tag_field="k", omit_defaults=True):
    """The first row: which format, and where the recording comes from."""

    schema: str
    part: PartMark | None = None


class Req(msgspec.Struct, tag="req", tag_field="k", omit_defaults=True):
    """A request; `t` in microseconds since the recording started. The body is `text` or `b64`."""

    i: Count
    t: Count
    method: str
    url: str
    headers: Pairs
    text: str | None = None
    b64: bytes | None = None
    redactions: tuple[tuple[str, str, int], ...] = ()


class Key(msgspec.Struct, tag="key", tag_field="k"):
    """The match key of the request with the default policy; its further members belong to matching."""

    i: Count


class Res(msgspec.Struct, tag="res", tag_field="k", omit_defaults=True):
    """The head of a response; `t` in microseconds since its request."""

    i: Count
    t: Count
    http: str
    status: int
    headers: Pairs
    reason: str = ""
    redactions: tuple[tuple[str, str, int], ...] = ()


class Wire(msgspec.Struct, tag="wire", tag_field="k"):
    """Times (microseconds since the response's head) and lengths of consecutive chunks of the body."""

    i: Count
    at: Annotated[list[Count], msgspec.Meta(min_length=1, max_length=WIRE_LIMIT)]
    len: Annotated[list[Count], msgspec.Meta(min_length=1, max_length=WIRE_LIMIT)]


class Ev(msgspec.Struct, tag="ev", tag_field="k", omit_defaults=True):
    """Body bytes of an event stream: one event with its blank line, or a piece of a long one."""

    i: Count
    s: str | None = None
    b64: bytes | None = None


class Body(msgspec.Struct, tag="body", tag_field="k", omit_defaults=True):
    """Body bytes of anything else: one line of text with its LF, or a piece."""

    i: Count
    s: str | None = None
    b64: bytes | None = None


class Piece(msgspec.Struct, tag="c", tag_field="k", omit_defaults=True):
    """Only in a `.part`: a chunk as it came, or a piece of it; `more` bytes of the same chunk follow."""

    i: Count
    at: Count
    s: str | None = None
    b64: bytes | None = None
    more: Count = 0
    redactions: tuple[tuple[str, str, int], ...] = ()


class End(msgspec.Struct, tag="end", tag_field="k", omit_defaults=True):
    """How an exchange ended; `bytes` and `sha256` are those of the body, where there was a response."""

    i: Count
    how: How
    t: Count
    exc: str | None = None
    msg: str | None = None
    bytes: Count | None = None
    sha256: Digest | None = None
    trailers: Pairs = ()
    redactions: tuple[tuple[str, str, int], ...] = ()


class Ws(msgspec.Struct, tag="ws", tag_field="k"):
    """Reserved for WebSocket frames; nothing writes or reads it yet."""

    i: Count


class Seal(msgspec.Struct, tag="seal", tag_field="k", omit_defaults=True):
    """The last row: how many exchanges, the hash of all rows above, and what was redacted in which exchange."""

    interactions: Count
    sha256: Digest
    redactions: tuple[tuple[Count, str, str, Count], ...] = ()


Row: TypeAlias = "Head | Req | Key | Res | Wire | Ev | Body | Piece | End | Ws | Seal"
Payload: TypeAlias = "Ev | Body | Piece"
T = TypeVar("T", bound=msgspec.Struct)

_row = msgspec.json.Decoder(Head | Req | Key | Res | Wire | Ev | Body | Piece | End | Ws | Seal)
_encoder = msgspec.json.Encoder()
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def encode(row: msgspec.Struct, extra: Extra | None = None) -> bytes:
    """Write one row as a line, members that this version does not know after those that it does."""
    if not extra:
        return _encoder.encode(row) + b"\n"
    line = _encoder.encode(row)
    # Not msgspec for these: they may hold integers that do not fit into 64 bits in either sign's range.
    rest = compact(dict(extra))[1:-1].encode()
    return line[:-1] + b"," + rest + b"}\n"


def decode(line: bytes, source: str, number: int) -> Row:
    """Read one line.

    Args:
        line: The line, with or without its LF.
        source: The file or other place that an error is to name.
        number: Number of the line there, from 1.

    Raises:
        NotACassette: The line is not UTF-8.
        RowError: The line is not a row of this format.
    """
    try:
        row: Row = _row.decode(line)
        if not line.isascii():
            line.decode()  # msgspec looks away from members that it does not know
    except msgspec.ValidationError as error:
        raise RowError(
            "this row is not as the cassette format says",
            where=f"{source}:{number}",
            expected="a row of docs/cassette-format.md",
            found=str(error),
            hint="was the file edited by hand? restore it, or record it anew",
        ) from None
    except UnicodeDecodeError as error:
        raise NotACassette(
            "the file is not UTF-8",
            where=f"{source}:{number}",
            expected="UTF-8 text, one JSON object a line",
            found=f"the byte 0x{error.object[error.start]:02x}",
            hint="a cassette keeps bytes that are not UTF-8 as base64; was the file re-encoded?",
        ) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise RowError(
            "this line is not JSON",
            where=f"{source}:{number}",
            expected="one JSON object",
            found=f"{_excerpt(line)} ({error})",
            hint="was the file edited by hand, or merged? restore it, or record it anew",
        ) from None
    return row


def unknown_members(line: bytes, row: msgspec.Struct) -> dict[str, JsonValue]:
    """The members of a row that this version does not know, in file order."""
    known = {"k", *row.__struct_fields__}
    members = _object.decode(line)
    return {name: msgspec.json.decode(raw) for name, raw in members.items() if name not in known}


def all_members(line: bytes) -> dict[str, JsonValue]:
    """All members of a row but `k`, in file order."""
    members: dict[str, JsonValue] = msgspec.json.decode(line)
    members.pop("k", None)
    return members


def payload_lines(kind: type[Ev | Body], index: int, pieces: Iterable[bytes]) -> bytes:
    """The lines of payload rows, one a piece: text where its bytes are UTF-8, base64 where not."""
    start = b'{"k":"%b","i":%d,' % (b"ev" if kind is Ev else b"body", index)
    text = start + b'"s":'
    encode_text = _encoder.encode
    try:
        return b"".join([b"%b%b}\n" % (text, encode_text(piece.decode())) for piece in pieces])
    except UnicodeDecodeError:
        return b"".join([b"%b%b}\n" % (start, member(piece)) for piece in pieces])


def member(data: bytes) -> bytes:
    """The `s` or `b64` member that holds these bytes."""
    try:
        return b'"s":' + _encoder.encode(data.decode())
    except UnicodeDecodeError:
        return b'"b64":"' + base64.b64encode(data) + b'"'


def payload(row: Payload, source: str, number: int) -> bytes:
    """The bytes that a payload row holds.

    Raises:
        RowError: It has neither text nor base64, or both.
    """
    if row.b64 is None and row.s is not None:
        return row.s.encode()
    if row.s is None and row.b64 is not None:
        return row.b64
    raise RowError(
        "a payload row holds either text or base64",
        where=f"{source}:{number}",
        expected="`s` or `b64`, one of them",
        found="both" if row.s is not None else "neither",
        hint="was the file edited by hand? restore it, or record it anew",
    )


def compact_rows(redactions: Sequence[Redaction]) -> bytes:
    """Redactions as a row holds them."""
    return _encoder.encode(redactions)


def _excerpt(line: bytes) -> str:
    text = line[:60].decode(errors="replace").rstrip("\r\n")
    return repr(text + "…") if len(line) > 60 else repr(text)


def storable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate, as file names and messages may have, becomes an escape."""
    return text.encode(errors="backslashreplace").decode()


def request_row(index: int, request: Request, at_us: int, redactions: tuple[Redaction, ...] = ()) -> Req:
    """The row of a request."""
    text: str | None = None
    b64: bytes | None = None
    if request.body:
        try:
            text = request.body.decode()
        except UnicodeDecodeError:
            b64 = request.body
    return Req(index, at_us, request.method, request.url, request.headers, text, b64, redactions)


def request_of(row: Req) -> Request:
    """The request of a row."""
    body = row.b64 or b"" if row.text is None else row.text.encode()
    return Request(row.method, row.url, row.headers, body)


def response_row(index: int, head: Response, at_us: int, redactions: tuple[Redaction, ...] = ()) -> Res:
    """The row of a response's head."""
    return Res(index, at_us, head.http_version, head.status, head.headers, head.reason, redactions)


def end_row(
    index: int, ending: Ending, trailers: Headers = (), redactions: tuple[Redaction, ...] = ()
) -> End:
    """The row of an ending."""
    return End(
        index,
        ending.how,
        ending.at_us,
        None if ending.exception is None else storable(ending.exception),
        None if ending.message is None else storable(ending.message),
        trailers=trailers,
        redactions=redactions,
    )


def ending_of(row: End) -> Ending:
    """The ending of a row."""
    return Ending(row.how, row.t, row.exc, row.msg)

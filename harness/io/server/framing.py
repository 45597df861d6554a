"""The bytes of an HTTP/1.1 response: head, chunks, end."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Header, Headers

LAST_CHUNK: Final = b"0\r\n\r\n"

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Fields that concern one connection only (RFC 9110, section 7.6.1, and the two that proxies add)."""

_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}


def end_to_end(headers: Iterable[Header]) -> Headers:
    """The fields that a proxy passes on: all but hop-by-hop ones and those that `Connection` names.

    Where `Transfer-Encoding` frames the message, a `Content-Length` beside it counts for nothing and must not be
    passed on (RFC 9112, section 6.3): the next reader would take it for the body's length.
    """
    pairs = tuple(headers)
    dropped = set(HOP_BY_HOP)
    for name, value in pairs:
        lowered = name.lower()
        if lowered == "connection":
            dropped.update(token.strip().lower() for token in value.split(","))
        elif lowered == "transfer-encoding":
            dropped.add("content-length")
    return tuple(pair for pair in pairs if pair[0].lower() not in dropped)


def encode_head(status: int, reason: str, headers: Iterable[Header]) -> bytes:
    """Status line and fields, blank line included. An empty reason stands for the usual one."""
    lines = [f"HTTP/1.1 {status} {reason or _REASONS.get(status, '')}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers]
    lines.append("\r\n")
    return "".join(lines).encode("latin-1", "replace")


def chunk(data: bytes) -> bytes:
    """One HTTP chunk. Empty data gives nothing: an empty chunk would end the body."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def last_chunk(trailers: Iterable[Header] = ()) -> bytes:
    """The terminating chunk, with trailer fields."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in trailers)
    return f"0\r\n{fields}\r\n".encode("latin-1", "replace")


def has_body(method: str, status: int) -> bool:
    """Whether a response to `method` with `status` has a body at all (RFC 9112, section 6.3)."""
    return method != "HEAD" and status >= 200 and status not in (204, 304)

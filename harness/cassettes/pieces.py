"""Cutting a body into payload rows that a person can read in a diff: events, lines, or plain pieces.

Where the cuts fall carries no meaning: the `wire` rows hold the boundaries that were on the wire. They must
only be the same each time, so that writing what was read gives the same file, and depend on nothing but the
response's head and the bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from harness.cassettes.exchange import Headers, header
from harness.cassettes.rows import PAYLOAD_LIMIT, Body, Ev
from harness.sse.blocks import BlockSplitter, LineSplitter

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOB_LIMIT = PAYLOAD_LIMIT // 4 * 3  # 48 KiB of bytes are 64 KiB of base64
_TEXT_SUFFIXES = (
    "+json",
    "+xml",
    "json",
    "jsonl",
    "ndjson",
    "json-seq",
    "xml",
    "javascript",
    "x-www-form-urlencoded",
)


class Splitter(Protocol):
    """Cuts bytes into pieces, whatever the pieces in which they come; joined, they are the same bytes."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The pieces that are whole now."""
        ...

    def finish(self) -> Iterator[bytes]:
        """What is left."""
        ...


def splitter_for(headers: Headers) -> tuple[type[Ev | Body], Splitter]:
    """Which rows a body goes into, by the fields of its response's head.

    Returns:
        `Ev` and a splitter into events for an event stream; `Body` with a splitter into lines for other text;
        `Body` with a splitter into pieces of 48 KiB for binary types and encoded (compressed) bodies.
    """
    encoding = (header(headers, "content-encoding") or "identity").strip().lower()
    media = (header(headers, "content-type") or "text/plain").partition(";")[0].strip().lower()
    if encoding not in ("", "identity"):
        return Body, BlobSplitter()
    if media == "text/event-stream":
        return Ev, BlockSplitter(cap=PAYLOAD_LIMIT)
    major, _, minor = media.partition("/")
    if major == "text" or minor.endswith(_TEXT_SUFFIXES):
        return Body, LineSplitter(cap=PAYLOAD_LIMIT)
    return Body, BlobSplitter()


class BlobSplitter:
    """Pieces of one fixed size."""

    def __init__(self, limit: int = _BLOB_LIMIT) -> None:
        self._limit = limit
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The pieces that are whole now."""
        data = self._rest + data
        whole = len(data) - len(data) % self._limit
        self._rest = data[whole:]
        for start in range(0, whole, self._limit):
            yield data[start : start + self._limit]

    def finish(self) -> Iterator[bytes]:
        """What is left."""
        if self._rest:
            yield self._rest
            self._rest = b""

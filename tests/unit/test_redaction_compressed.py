"""Compressed bodies: wire bytes are kept while they are clean, and refused, or decoded, where they are not."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from harness.cassettes.exchange import Request
from harness.cassettes.redaction.redactor import Redactor, without_encoding
from harness.errors import SecretFound

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO"
CLEAN = b"".join(b'data: {"delta":"word %d"}\n\n' % number for number in range(400))
DIRTY = CLEAN + f'data: {{"delta":"{KEY}"}}\n\n'.encode() + CLEAN


def raw_deflate(data: bytes) -> bytes:
    """DEFLATE without the zlib wrapping, as many servers send it."""
    state = zlib.compressobj(wbits=-15)
    return state.compress(data) + state.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "two gzip members": ("gzip", lambda data: gzip.compress(data[:999]) + gzip.compress(data[999:])),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", lambda data: zstandard.ZstdCompressor().compress(data)),
    "padded gzip": ("gzip", lambda data: gzip.compress(data) + bytes(7)),
    "gzip twice": ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
    "identity and gzip": ("identity, GZIP", gzip.compress),
    "zstd in br": ("zstd,br", lambda data: brotli.compress(zstandard.ZstdCompressor().compress(data))),
    "br in deflate": ("br , deflate", lambda data: zlib.compress(brotli.compress(data))),
}

every_encoding = pytest.mark.parametrize(("encoding", "encode"), ENCODERS.values(), ids=ENCODERS)


def chunks(data: bytes, size: int) -> list[bytes]:
    """`data` in pieces of `size` bytes."""
    return [data[start : start + size] for start in range(0, len(data), size)]


@every_encoding
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_clean_body_keeps_its_wire_bytes(
    encoding: str, encode: Callable[[bytes], bytes], size: int
) -> None:
    """Nothing is decoded on the way to disk."""
    wire = encode(CLEAN)
    body = Redactor().body((("Content-Encoding", encoding),), "response.body")
    assert b"".join([*map(body.feed, chunks(wire, size)), body.finish()]) == wire
    assert not body.decodes
    assert body.redactions == ()
    assert body.notes == ()


@every_encoding
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_secret_inside_is_refused(encoding: str, encode: Callable[[bytes], bytes], size: int) -> None:
    """The error names the place and the kind, never the secret, and says what to do."""
    body = Redactor().body((("content-encoding", encoding),), "response.body")
    with pytest.raises(SecretFound) as caught:
        [*map(body.feed, chunks(encode(DIRTY), size)), body.finish()]
    text = str(caught.value)
    assert "response.body" in text
    assert "openai-key" in text
    assert "--decode" in text
    assert KEY not in text


@every_encoding
def test_decoding_hides_the_secret_instead(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    """The decoded body has its length, and the headers stop to announce an encoding."""
    headers = (("content-encoding", encoding), ("content-length", "99"), ("x-a", "b"))
    body = Redactor(decode=True).body(headers, "response.body")
    assert body.decodes
    clean = b"".join([*map(body.feed, chunks(encode(DIRTY), 50)), body.finish()])
    assert clean == DIRTY.replace(KEY.encode(), b"redacted-openai-key-".ljust(len(KEY), b"x"))
    assert [(redaction.label, redaction.times) for redaction in body.redactions] == [("openai-key", 1)]
    assert without_encoding(headers) == (("x-a", "b"),)


def test_wire_bytes_before_the_secret_were_already_given() -> None:
    """A stream that is flushed event by event loses only what comes from the secret on."""
    state = zlib.compressobj(wbits=31)
    body = Redactor().body((("content-encoding", "gzip"),), "response.body")
    first = state.compress(b"data: hello\n\n") + state.flush(zlib.Z_SYNC_FLUSH)
    assert body.feed(first) == first
    with pytest.raises(SecretFound):
        body.feed(state.compress(f"data: {KEY}\n\n".encode()) + state.flush(zlib.Z_SYNC_FLUSH))


def test_broken_bytes_are_kept_looked_at_raw_and_noted() -> None:
    """Evidence is not thrown away because a server lies about its encoding."""
    body = Redactor().body((("content-encoding", "gzip"),), "response.body")
    out = body.feed(b"data: not gzip, ") + body.feed(KEY.encode() + b" \n\n") + body.finish()
    assert out.startswith(b"data: not gzip, redacted-openai-key-")
    assert body.notes == (
        "response.body: unscanned: the body is no gzip: Error -3 while decompressing data: incorrect header check",
    )
    assert body.redactions[0].label == "openai-key"


@pytest.mark.parametrize("encoding", ["snappy", "gzip, snappy", "aws-chunked", "gzip" + ", gzip" * 8])
def test_an_unknown_encoding_is_kept_looked_at_raw_and_noted(encoding: str) -> None:
    """It cannot be decoded, so the reader is told that it was not."""
    body = Redactor().body((("content-encoding", encoding),), "response.body")
    assert body.feed(b"\x00\xff\x01") + body.finish() == b"\x00\xff\x01"
    [note] = body.notes
    assert note.startswith("response.body: unscanned: ")
    assert ("snappy" in encoding) == ("the content coding 'snappy' is not known" in note)


def test_codings_in_several_fields_count_as_one_list() -> None:
    """As every list of a header may be split (RFC 9110, section 5.3)."""
    headers = (("content-encoding", "gzip"), ("Content-Encoding", "br"))
    with pytest.raises(SecretFound, match="gzip, br"):
        Redactor().body(headers, "response.body").feed(brotli.compress(gzip.compress(DIRTY)))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_what_follows_a_compressed_body_is_looked_at_raw(encoding: str) -> None:
    """A secret could hide there."""
    wire = ENCODERS[encoding][1](CLEAN) + f" {KEY} ".encode()
    body = Redactor().body((("content-encoding", encoding),), "response.body")
    out = b"".join([*map(body.feed, chunks(wire, 50)), body.finish()])
    assert len(out) == len(wire)
    assert KEY.encode() not in out
    assert body.notes


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_decompression_bomb_needs_little_memory(encoding: str) -> None:
    """A hundred megabytes of zeros are looked at piece by piece."""
    encoder = ENCODERS[encoding][1]
    bomb = encoder(bytes(100 << 20))
    body = Redactor().body((("content-encoding", encoding),), "response.body")
    tracemalloc.start()
    try:
        out = b"".join([*map(body.feed, chunks(bomb, 4096)), body.finish()])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert out == bomb
    assert peak < 24 << 20


def test_a_compressed_request_is_looked_into_as_well() -> None:
    """Clients may compress what they send."""
    request = Request("POST", "https://h/", (("content-encoding", "gzip"),), gzip.compress(DIRTY))
    with pytest.raises(SecretFound, match=r"request\.body"):
        Redactor().request(request)
    clean, found = Redactor(decode=True).request(request)
    assert clean.headers == ()
    assert len(clean.body) == len(DIRTY)
    assert found[0].where == "request.body"
    kept, _ = Redactor().request(
        Request("POST", "https://h/", (("content-encoding", "gzip"),), gzip.compress(CLEAN, mtime=1))
    )
    assert kept.body == gzip.compress(CLEAN, mtime=1)

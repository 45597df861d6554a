"""Undoing content codings (gzip, deflate, br, zstd), to look into a body; what is kept stays as it was.

Source: RFC 9110, section 8.4 (several codings are undone from the last one named to the first), RFC 8878
(zstd), RFC 7932 (br).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Chunk, Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class CodingError(ValueError):
    """A body that is not in the coding that its head names, or a coding that is not known."""


def codings(headers: Headers) -> tuple[str, ...]:
    """The codings that a head names, in the order in which they were applied; `identity` is none."""
    named = [
        coding.strip().lower()
        for field, value in headers
        if field.lower() == "content-encoding"
        for coding in value.split(",")
    ]
    return tuple(coding for coding in named if coding not in {"", "identity"})


def decoded_chunks(headers: Headers, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The chunks with their codings undone: one for one, at the same times, empty where nothing came out yet.

    A body that was cut gives what could be decoded of it; memory does not grow with it.

    Raises:
        CodingError: The body is not in the coding that its head names, or the coding is not known.
    """
    steps = [_decoder(coding) for coding in reversed(codings(headers))]
    for chunk in chunks:
        data = chunk.data
        for step in steps:
            data = step(data)
        yield Chunk(chunk.at_us, data)


def _decoder(coding: str) -> Callable[[bytes], bytes]:
    if coding in {"gzip", "x-gzip"}:
        return _Gzip().decode
    if coding == "deflate":
        return _Deflate().decode
    if coding == "br":
        return _brotli()
    if coding == "zstd":
        return _zstd()
    raise CodingError(f"the content coding {coding!r} is not known")


class _Gzip:
    """Members of a gzip file one after another; zeros may pad the end."""

    def __init__(self) -> None:
        import zlib  # noqa: PLC0415 - few bodies are compressed

        self._zlib = zlib
        self._member: Any = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def decode(self, data: bytes) -> bytes:
        out: list[bytes] = []
        while data:
            if self._member.eof:
                data = data.lstrip(b"\0")
                if not data:
                    break
                self._member = self._zlib.decompressobj(16 + self._zlib.MAX_WBITS)
            try:
                out.append(self._member.decompress(data))
            except self._zlib.error as error:
                raise CodingError(f"the body is no gzip: {error}") from None
            data = self._member.unused_data
        return b"".join(out)


class _Deflate:
    """Zlib as the standard says, or the bare stream that many servers send instead; the first byte tells."""

    def __init__(self) -> None:
        import zlib  # noqa: PLC0415 - few bodies are compressed

        self._zlib = zlib
        self._stream: Any = None

    def decode(self, data: bytes) -> bytes:
        if not data:
            return b""
        if self._stream is None:
            # RFC 1950: the low four bits are 8 for deflate; as a bare stream they would begin a stored block
            # with bits that no encoder leaves set.
            zlib_format = data[0] & 0x0F == 8
            self._stream = self._zlib.decompressobj(self._zlib.MAX_WBITS * (1 if zlib_format else -1))
        try:
            out: bytes = self._stream.decompress(data)
        except self._zlib.error as error:
            raise CodingError(f"the body is no deflate: {error}") from None
        return out


def _brotli() -> Callable[[bytes], bytes]:
    import brotli  # noqa: PLC0415 - few bodies are compressed

    decompressor = brotli.Decompressor()

    def decode(data: bytes) -> bytes:
        try:
            return bytes(decompressor.process(data))
        except brotli.error:
            raise CodingError("the body is no br") from None

    return decode


def _zstd() -> Callable[[bytes], bytes]:
    import zstandard  # noqa: PLC0415 - few bodies are compressed

    frames = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)

    def decode(data: bytes) -> bytes:
        try:
            return frames.decompress(data)
        except zstandard.ZstdError as error:
            raise CodingError(f"the body is no zstd: {error}") from None

    return decode

"""Undoing content codings (gzip, deflate, br, zstd), to look into a body; what is kept stays as it was.

All decoders work in small pieces, so that a decompression bomb costs time but no memory.

Source: RFC 9110, section 8.4 (several codings are undone from the last one named to the first), RFC 1952 (gzip),
RFC 8878 (zstd), RFC 7932 (br).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from harness.cassettes.exchange import Chunk, Headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_PIECE = 65_536
"""Decoded bytes at a time."""

_FEED = 64
"""Wire bytes at a time for decoders that cannot limit what they give (zstd: 128 kB for 4 bytes at most)."""

_MOST = 8
"""Codings one inside the other that are undone; no server uses more than two."""


class CodingError(ValueError):
    """A body that is not in the coding that its head names, or a coding that is not known."""


class Decode(Protocol):
    """An incremental decoder: wire bytes in, decoded pieces out; raises CodingError where they are broken."""

    def __call__(self, data: bytes) -> Iterator[bytes]:
        """Decode the next wire bytes."""


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
    decode = decoder(codings(headers))
    for chunk in chunks:
        yield Chunk(chunk.at_us, b"".join(decode(chunk.data)))


def decoder(named: Sequence[str]) -> Decode:
    """What undoes these codings.

    Args:
        named: As `codings` gives them; none is the body as it is.

    Raises:
        CodingError: One of them is not known, or they are too many.
    """
    for coding in named:
        if coding not in _DECODERS:
            raise CodingError(f"the content coding {coding!r} is not known")
    if len(named) > _MOST:
        raise CodingError(f"{len(named)} content codings, one inside the other")

    def plain(data: bytes) -> Iterator[bytes]:
        yield data

    decode: Decode = plain
    for coding in reversed(named):
        step = _DECODERS[coding]()
        decode = step if decode is plain else _after(decode, step)
    return decode


def _after(outer: Decode, inner: Decode) -> Decode:
    def decode(data: bytes) -> Iterator[bytes]:
        for piece in outer(data):
            yield from inner(piece)

    return decode


def _gzip() -> Decode:
    return _zlib("gzip", 31, padding=b"\0")


def _zlib(name: str, bits: int, *, padding: bytes = b"") -> Decode:
    """Streams one after another, as a gzip file may hold several members; zeros may pad its end."""
    import zlib  # noqa: PLC0415 - few bodies are compressed

    state = zlib.decompressobj(bits)

    def decode(data: bytes) -> Iterator[bytes]:
        nonlocal state
        while True:
            if state.eof:
                if not (data := data.lstrip(padding) if padding else data):
                    return
                state = zlib.decompressobj(bits)
            try:
                piece = state.decompress(data, _PIECE)
            except zlib.error as error:
                raise CodingError(f"the body is no {name}: {error}") from None
            if piece:
                yield piece
            data = state.unused_data if state.eof else state.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return

    return decode


def _deflate() -> Decode:
    """`deflate` is the zlib format (RFC 9110, section 8.4.1.2), but many servers send it without that wrapping."""
    begun = b""
    inner: Decode | None = None

    def decode(data: bytes) -> Iterator[bytes]:
        nonlocal begun, inner
        if inner is None:
            begun += data
            if len(begun) < 2:
                return
            wrapped = begun[0] & 15 == 8 and int.from_bytes(begun[:2], "big") % 31 == 0
            inner, data = _zlib("deflate", 15 if wrapped else -15), begun
        yield from inner(data)

    return decode


def _brotli() -> Decode:
    import brotli  # noqa: PLC0415 - few bodies are compressed

    state = brotli.Decompressor()

    def process(data: bytes) -> bytes:
        try:
            piece: bytes = state.process(data, output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise CodingError(f"the body is no br: {error}") from None
        return piece

    def decode(data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _FEED):
            if state.is_finished():
                raise CodingError("the body is no br: bytes after the end")
            yield process(data[start : start + _FEED])
            while not state.can_accept_more_data():
                yield process(b"")

    return decode


def _zstd() -> Decode:
    import zstandard  # noqa: PLC0415 - few bodies are compressed

    state = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)

    def decode(data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _FEED):
            try:
                yield state.decompress(data[start : start + _FEED])
            except zstandard.ZstdError as error:
                raise CodingError(f"the body is no zstd: {error}") from None

    return decode


_DECODERS: dict[str, Callable[[], Decode]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}

"""Looking for secrets inside a compressed body while its wire bytes are kept as they are.

The body is decoded alongside, in small pieces, so that a decompression bomb costs time but no memory. Wire bytes go
out once all that they decode to is known to be clean. A secret cannot be hidden inside compressed bytes
without changing them, so it stops the recording, unless the decoded bytes are what is to be kept.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from harness.cassettes.redaction.streaming import BodyRedactor
from harness.errors import SecretFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.cassettes.exchange import Redaction
    from harness.cassettes.redaction.rules import Rules

_PIECE = 65_536
"""Decoded bytes at a time."""

_FEED = 64
"""Wire bytes at a time for decoders that cannot limit what they give (zstd: 128 kB for 4 bytes at most)."""


class Decode(Protocol):
    """An incremental decoder: wire bytes in, decoded pieces out; raises ValueError where they are broken."""

    def __call__(self, data: bytes) -> Iterator[bytes]:
        """Decode the next wire bytes."""


def decoder(encoding: str) -> Decode | None:
    """The decoder of one content-encoding, or None where it is not known."""
    make = _DECODERS.get(encoding)
    return make() if make else None


def _zlib(bits: int) -> Decode:
    import zlib  # noqa: PLC0415 - most recordings never need it

    state = zlib.decompressobj(bits)

    def decode(data: bytes) -> Iterator[bytes]:
        nonlocal state
        while True:
            try:
                piece = state.decompress(data, _PIECE)
            except zlib.error as error:
                raise ValueError(str(error)) from error
            if piece:
                yield piece
            data = state.unconsumed_tail
            if state.eof and state.unused_data:
                data = state.unused_data
                state = zlib.decompressobj(bits)
            elif state.eof or (not data and len(piece) < _PIECE):
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
            inner, data = _zlib(15 if wrapped else -15), begun
        yield from inner(data)

    return decode


def _brotli() -> Decode:
    import brotli  # noqa: PLC0415 - most recordings never need it

    state = brotli.Decompressor()
    limited = hasattr(state, "can_accept_more_data")  # from brotli 1.2 on

    def process(data: bytes) -> bytes:
        try:
            piece: bytes = state.process(data, output_buffer_limit=_PIECE) if limited else state.process(data)
        except brotli.error as error:
            raise ValueError(str(error)) from error
        return piece

    def decode(data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _FEED):
            if state.is_finished():
                message = "bytes after the end"
                raise ValueError(message)
            yield process(data[start : start + _FEED])
            while limited and not state.can_accept_more_data():
                yield process(b"")

    return decode


def _zstd() -> Decode:
    import zstandard  # noqa: PLC0415 - most recordings never need it

    state = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)

    def decode(data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _FEED):
            try:
                yield state.decompress(data[start : start + _FEED])
            except zstandard.ZstdError as error:
                raise ValueError(str(error)) from error

    return decode


_DECODERS: dict[str, Callable[[], Decode]] = {
    "gzip": lambda: _zlib(31),
    "x-gzip": lambda: _zlib(31),
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}


class CompressedBodyRedactor(BodyRedactor):
    """Hands out wire bytes whose decoded content is clean, and refuses where it is not.

    Args:
        rules: What to look for.
        where: The body's place in reports.
        encoding: The content-encoding.
        decode: Its decoder.
        keep: Whether decoded (and redacted) bytes are handed out instead of wire bytes.
    """

    def __init__(self, rules: Rules, where: str, *, encoding: str, decode: Decode, keep: bool) -> None:
        super().__init__(rules, where)
        self._encoding = encoding
        self._decode: Decode | None = decode
        self.decodes = keep
        self._clean = BodyRedactor(rules, where)
        self._raw = BodyRedactor(rules, where)
        self._decoded = 0
        self._released = 0
        self._waiting: deque[tuple[int, bytes]] = deque()

    def feed(self, data: bytes) -> bytes:
        """Take the next wire bytes; give those that may be written now.

        Raises:
            SecretFound: What they decode to holds a secret.
        """
        if self._decode is None:
            return self._raw.feed(data)
        out = bytearray()
        try:
            for piece in self._decode(data):
                self._decoded += len(piece)
                clean = self._clean.feed(piece)
                self._released += len(clean)
                if self.decodes:
                    out += clean
                else:
                    self._refuse()
        except ValueError as error:
            return bytes(out) + self._give_up(data, error)
        if self.decodes:
            return bytes(out)
        self._waiting.append((self._decoded, data))
        return self._ready()

    def finish(self) -> bytes:
        """The body is over: give the rest.

        Raises:
            SecretFound: What is left decodes to a secret.
        """
        if self._decode is None:
            return self._raw.finish()
        rest = self._clean.finish()
        if self.decodes:
            return rest
        self._refuse()
        self._released += len(rest)
        return self._ready()

    @property
    def redactions(self) -> tuple[Redaction, ...]:
        """What was hidden so far."""
        return self._clean.redactions + self._raw.redactions

    def _ready(self) -> bytes:
        out = bytearray()
        while self._waiting and self._waiting[0][0] <= self._released:
            out += self._waiting.popleft()[1]
        return bytes(out)

    def _refuse(self) -> None:
        for redaction in self._clean.redactions:
            raise SecretFound(
                f"a {self._encoding} body holds a secret, which cannot be hidden in compressed bytes",
                where=redaction.where,
                found=redaction.label,
                hint="record with --decode, or let the client ask for identity (Accept-Encoding: identity)",
            )

    def _give_up(self, data: bytes, error: ValueError) -> bytes:
        """Broken bytes cannot be looked into: keep them, look at them raw, and say so."""
        self._decode = None
        self.notes = (f"{self._where}: unscanned, broken {self._encoding} ({error})",)
        waiting = b"".join(chunk for _, chunk in self._waiting)
        self._waiting.clear()
        return self._raw.feed(waiting + data)

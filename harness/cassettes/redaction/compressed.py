"""Looking for secrets inside a compressed body while its wire bytes are kept as they are.

The body is decoded alongside, in small pieces. Wire bytes go out once all that they decode to is known to be clean.
A secret cannot be hidden inside compressed bytes without changing them, so it stops the recording, unless the
decoded bytes are what is to be kept.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from harness.cassettes.content_coding import CodingError
from harness.cassettes.redaction.streaming import BodyRedactor
from harness.errors import SecretFound

if TYPE_CHECKING:
    from harness.cassettes.content_coding import Decode
    from harness.cassettes.exchange import Redaction
    from harness.cassettes.redaction.rules import Rules


class CompressedBodyRedactor(BodyRedactor):
    """Hands out wire bytes whose decoded content is clean, and refuses where it is not.

    Args:
        rules: What to look for.
        where: The body's place in reports.
        encoding: The content codings.
        decode: Their decoder.
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
        except CodingError as error:
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

    def _give_up(self, data: bytes, error: CodingError) -> bytes:
        """Broken bytes cannot be looked into: keep them, look at them raw, and say so."""
        self._decode = None
        self.notes = (f"{self._where}: unscanned: {error}",)
        waiting = b"".join(chunk for _, chunk in self._waiting)
        self._waiting.clear()
        return self._raw.feed(waiting + data)

"""A stream of Gemini's for who did not ask for `alt=sse`: one JSON array, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.sandwich.overheard import Overheard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Header

_FIELD: Final = b"data: "
_SSE: Final = "text/event-stream"


class Arrayed(Overheard):
    """Rewrites events, as faults have left them, to the elements of an array, byte by byte and at the same times.

    Answers that are no stream of events pass as they are.
    """

    _is_stream = False
    _begun = False
    _held: bytes | None = b""
    """What has come of the field's name; None once it is over."""

    def start(self, status: int, reason: str, headers: Iterable[Header]) -> None:
        """Write the head; a stream says that it is JSON."""
        fields = tuple(headers)
        self._is_stream = any(
            name.lower() == "content-type" and value.lower().startswith(_SSE) for name, value in fields
        )
        if self._is_stream:
            fields = tuple(
                (name, "application/json; charset=UTF-8" if name.lower() == "content-type" else value)
                for name, value in fields
            )
        super().start(status, reason, fields)

    def write_many(self, parts: Iterable[bytes]) -> None:
        """Write several chunks."""
        if self._is_stream:
            parts = [framed for one in parts if (framed := self._framed(one))]
        super().write_many(parts)

    def finish(self, trailers: Iterable[Header] = ()) -> None:
        """End as HTTP says, after the array's own end."""
        if self._is_stream and self._begun:
            super().write_many([b"]"])
        super().finish(trailers)

    def _framed(self, data: bytes) -> bytes:
        made = bytearray()
        # Its events end their lines with CR LF; inside JSON there is no CR, and elements are parted by LF.
        for line in _lines(data.replace(b"\r", b"")):
            rest = line
            if self._held is not None:
                held = self._held + rest
                if held == b"\n":
                    # The blank line that ends an event.
                    continue
                if len(held) < len(_FIELD) and _FIELD.startswith(held):
                    self._held = held
                    continue
                made += b",\r\n" if self._begun else b"["
                self._begun, self._held = True, None
                rest = held.removeprefix(_FIELD)
            made += rest
            if rest.endswith(b"\n"):
                self._held = b""
        return bytes(made)


def _lines(data: bytes) -> list[bytes]:
    """Lines by LF alone."""
    parts = data.split(b"\n")
    return [*(one + b"\n" for one in parts[:-1]), *([parts[-1]] if parts[-1] else [])]

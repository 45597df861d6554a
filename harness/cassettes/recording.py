"""Recording: what happens on the wire becomes rows of a `.part` file at once, already redacted.

Strategy: redaction keeps lengths and order but may hold back a tail that could be the start of a secret. The
chunks that are not wholly released wait in a queue; a chunk is written as soon as its bytes are released, in
several pieces where need be (`more` says how many bytes of it are still to come). So a crash loses at most such
a tail, and the boundaries come back exactly.

Law: the client must not feel the recorder. Nothing here raises because of what was recorded or because the file
cannot be written; what was left out, and why, is kept in `Recording.refusals`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from harness.cassettes.exchange import Ending, Headers, How, Redaction, Request, Response, header
from harness.cassettes.redaction.heads import clean_head
from harness.cassettes.redaction.placeholder import placeholder
from harness.cassettes.redaction.redactor import without_encoding
from harness.cassettes.rows import compact_rows, encode, end_row, member, request_row, response_row, storable
from harness.cassettes.writing import part_head_line
from harness.errors import HarnessError, SecretFound
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harness.jsonvalue import JsonValue

_OVERLAP = 256
"""So many released bytes are shown to the detector again, so that it sees a key that is split over two chunks."""


class HidesBodies(Protocol):
    """Redacts one body as it streams by (`harness.cassettes.redaction` has the real one)."""

    @property
    def decodes(self) -> bool:
        """Whether the bytes that come out are no longer those of the wire, but what they decode to."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be looked into, and why."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Redacted bytes that may be written now."""
        ...

    def finish(self) -> bytes:
        """The rest."""
        ...

    @property
    def redactions(self) -> Sequence[Redaction]:
        """What was replaced so far."""
        ...


class Hides(Protocol):
    """Redacts requests, headers and texts."""

    def knowing(self, request: Request) -> Hides:
        """What redacts the answer to this request, and so hides the request's credentials there, too."""
        ...

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        """A request without secrets."""
        ...

    def headers(self, headers: Headers, where: str) -> tuple[Headers, tuple[Redaction, ...]]:
        """Header fields without secrets."""
        ...

    def text(self, text: str, where: str) -> tuple[str, tuple[Redaction, ...]]:
        """A text without secrets."""
        ...

    def body(self, headers: Headers, where: str) -> HidesBodies:
        """What redacts the body below these header fields."""
        ...


class Sees(Protocol):
    """One place that looks like a live key: its label, and where it is in what was searched."""

    @property
    def label(self) -> str:
        """The kind of secret."""
        ...

    @property
    def start(self) -> int:
        """Offset of its first byte."""
        ...

    @property
    def stop(self) -> int:
        """Offset behind its last byte."""
        ...


class Detects(Protocol):
    """Finds what still looks like a live key."""

    def find(self, data: bytes) -> Sequence[Sees]:
        """All places in `data`."""
        ...


class Recording:
    """The rows of one `.part` file.

    Args:
        head: Members of the head row.
        redactor: Hides secrets before anything is written.
        detector: Looks at what is about to be written; what it finds is not written.
        sink: Takes whole lines, one or more a call, in file order. It is called once for each chunk, and with
            the end row of an exchange alone.
        first_index: Index of the first exchange, where the recording adds to a cassette.
    """

    def __init__(
        self,
        head: Mapping[str, JsonValue],
        *,
        redactor: Hides,
        detector: Detects,
        sink: Callable[[bytes], None],
        first_index: int = 0,
    ) -> None:
        self.redactor = redactor
        self.detector = detector
        self.refusals: list[HarnessError] = []
        self._sink = sink
        self._next = first_index
        self._broken = False
        self.write(part_head_line(self._presentable(clean_head(head, redactor)), first_index))

    def begin(
        self, request: Request, at_us: int, extra: Mapping[str, JsonValue] | None = None
    ) -> ExchangeRecording:
        """Start to record one exchange.

        Args:
            request: As it is sent; the caller's own copy is not changed.
            at_us: Microseconds since the recording started.
            extra: Further members of the `req` row; never a secret, as they are not redacted.

        Returns:
            What takes the rest of the exchange. Where the request cannot be written without a secret, the whole
            exchange is left out, `refused` says so, and all later calls do nothing.
        """
        try:
            clean, redactions = self.redactor.request(request)
            line = encode(request_row(self._next, clean, max(at_us, 0), redactions), extra)
            self.inspect(line, "request")
            if clean.body:
                self.inspect(clean.body, "request.body")
        except SecretFound as error:
            self.refusals.append(error)
            return ExchangeRecording(self, -1, self.redactor)
        index = self._next
        self._next += 1
        self.write(line)
        return ExchangeRecording(self, index, self.redactor.knowing(request))

    def _presentable(self, head: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The head's members, with a placeholder for each in which the detector still sees a secret."""
        kept: dict[str, JsonValue] = {}
        for name, value in head.items():
            try:
                self.inspect(name.encode(), "head")
                kept[name] = value
                self.inspect(compact({name: value}).encode(), f"head.{name}")
            except SecretFound as error:
                self.refusals.append(error)
                if name in kept:
                    kept[name] = placeholder(f"head-{name}", len(name) + 16)
        return kept

    def inspect(self, data: bytes, where: str, *, new: int = 0, cut: bool = False) -> None:
        """Show bytes to the detector.

        Args:
            data: What is about to be written.
            where: What an error names.
            new: Offset of the first byte that was not inspected before.
            cut: Whether `data` begins in the middle of something, so that a find at its very start is not one.

        Raises:
            SecretFound: There is a live-looking key in it.
        """
        for seen in self.detector.find(data):
            if seen.stop > new and not (cut and seen.start == 0):
                raise SecretFound(
                    "what is about to be recorded still looks like a live key",
                    where=where,
                    expected="nothing that looks like a key after redaction",
                    found=seen.label,
                    hint="hide it: --pattern, --header or --env of `harness record`, or Redactor(…) from Python",
                )

    def write(self, lines: bytes) -> None:
        """Hand lines to the sink; after the first failure nothing more is written."""
        if self._broken:
            return
        try:
            self._sink(lines)
        except HarnessError as error:
            self._broken = True
            self.refusals.append(error)


class ExchangeRecording:
    """One exchange while it is recorded; made by `Recording.begin`.

    `index` is its place in the recording, -1 where it was refused.
    """

    def __init__(self, recording: Recording, index: int, redactor: Hides) -> None:
        self.index = index
        self._recording = recording
        self._redactor = redactor
        self._ended = index < 0
        self._body: HidesBodies | None = None
        self._queue: deque[list[int]] = deque()
        self._reported: Sequence[Redaction] = ()
        self._seen = b""
        self._at = 0

    @property
    def refused(self) -> bool:
        """Whether the exchange was left out because its request still held a secret."""
        return self.index < 0

    def respond(self, head: Response, at_us: int) -> None:
        """The response's head came.

        Args:
            head: Status, header fields, reason, version; its chunks are ignored.
            at_us: Microseconds since the request.
        """
        if self._ended:
            return
        recording = self._recording
        try:
            headers, redactions = self._redactor.headers(head.headers, "response.headers")
            self._body = self._redactor.body(head.headers, "response.body")
            kept: dict[str, JsonValue] = {}
            if self._body.decodes:
                kept["decoded"] = header(headers, "content-encoding") or ""
                headers = without_encoding(headers)
            reason, more = self._redactor.text(head.reason, "response.reason")
            clean = replace(head, headers=headers, reason=reason)
            row = response_row(self.index, clean, max(at_us, 0), redactions + more)
            line = encode(row, kept)
            recording.inspect(line, "response.headers")
        except SecretFound as error:
            self._refuse(error)
            return
        recording.write(line)

    def chunk(self, data: bytes, at_us: int) -> None:
        """One read of the body came.

        Args:
            data: Its bytes.
            at_us: Microseconds since the response's head.
        """
        if self._ended or self._body is None:
            return
        self._at = at_us = max(at_us, 0)
        try:
            released = self._body.feed(data)
            if self._body.decodes:
                # There is no wire length any more: a chunk is what could be decoded when one came.
                self._release_decoded(released)
                return
            if not self._queue and len(released) == len(data):
                self._inspect(released)
                self._recording.write(self._line(at_us, released, 0))
                return
            self._queue.append([at_us, len(data)])
            self._release(released)
        except SecretFound as error:
            self._refuse(error)

    def end(
        self, ending: Ending, trailers: Headers = (), extra: Mapping[str, JsonValue] | None = None
    ) -> None:
        """The exchange is over. Only the first call counts.

        Args:
            ending: How; its message is redacted here.
            trailers: Trailer fields, where any came.
            extra: Further members of the `end` row; never a secret, as they are not redacted.
        """
        if self._ended:
            return
        recording = self._recording
        notes: tuple[str, ...] = ()
        try:
            if self._body is not None:
                notes = self._body.notes
                rest = self._body.finish()
                if self._body.decodes:
                    self._release_decoded(rest)
                else:
                    self._release(rest)
            message = ending.message
            redactions: tuple[Redaction, ...] = ()
            if message is not None:
                message, redactions = self._redactor.text(storable(message), "ending.message")
            trailers, more = self._redactor.headers(trailers, "response.trailers")
            ending = replace(ending, message=message, at_us=max(ending.at_us, 0))
            row = end_row(self.index, ending, trailers, (*self._news(), *redactions, *more))
            members: dict[str, JsonValue] = {"notes": list(notes)} if notes else {}
            line = encode(row, {**members, **(extra or {})})
            recording.inspect(line, "ending")
        except SecretFound as error:
            self._refuse(error)
            return
        self._ended = True
        recording.write(line)

    def _release(self, data: bytes) -> None:
        """Write released bytes as the chunks, or the pieces of chunks, that they are."""
        self._inspect(data)
        lines: list[bytes] = []
        queue = self._queue
        start = 0
        while queue:
            entry = queue[0]
            piece = data[start : start + entry[1]]
            if not piece and entry[1]:
                break
            entry[1] -= len(piece)
            start += len(piece)
            lines.append(self._line(entry[0], piece, entry[1]))
            if entry[1]:
                break
            queue.popleft()
        if lines:
            self._recording.write(b"".join(lines))

    def _release_decoded(self, data: bytes) -> None:
        if data:
            self._inspect(data)
            self._recording.write(self._line(self._at, data, 0))

    def _line(self, at_us: int, data: bytes, more: int) -> bytes:
        line = b'{"k":"c","i":%d,"at":%d,%b' % (self.index, at_us, member(data))
        if more:
            line += b',"more":%d' % more
        if news := self._news():
            line += b',"redactions":' + compact_rows(news)
        return line + b"}\n"

    def _news(self) -> Sequence[Redaction]:
        """The body's redactions so far, where they are not those that were written before."""
        if self._body is None:
            return ()
        now = self._body.redactions
        if now == self._reported:
            return ()
        self._reported = now
        return now

    def _inspect(self, data: bytes) -> None:
        if data:
            seen = self._seen
            joined = seen + data
            self._recording.inspect(joined, "response.body", new=len(seen), cut=len(seen) == _OVERLAP)
            self._seen = joined[-_OVERLAP:]

    def _refuse(self, error: SecretFound) -> None:
        self._ended = True
        self._recording.refusals.append(error)
        ending = Ending(
            How.RECORDER_CRASH, self._at, "SecretFound", "what came next still looked like a live key"
        )
        self._recording.write(encode(end_row(self.index, ending, (), tuple(self._news()))))

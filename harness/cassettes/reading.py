"""Reading a sealed cassette: lines in, exchanges out, bodies left where they are.

Strategy: one pass over the lines checks every row, its place and the hash, and keeps what is small (requests,
heads, endings) and where each body's lines begin and end. A body is iterated by reading those lines again, so a
gigabyte costs no memory. Nothing here opens a file: `Span` reads lines through a function that is handed in.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from harness.cassettes.exchange import Cassette, Chunk, Exchange, Redaction, Response
from harness.cassettes.rows import (
    Body,
    End,
    Ev,
    Head,
    Key,
    Piece,
    Req,
    Res,
    Row,
    Seal,
    Wire,
    all_members,
    decode,
    ending_of,
    payload,
    request_of,
    unknown_members,
)
from harness.errors import HashMismatch, RowError, TruncatedCassette

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.jsonvalue import JsonValue

LinesBetween: TypeAlias = Callable[[int, int], Iterable[bytes]]
"""Reads the lines that stand between two byte offsets of a file, anew at each call."""

_RECOVER = "it was not sealed: `harness cassette recover` keeps what is in it"


@dataclass(frozen=True, slots=True)
class Span:
    """A body in a file: chunks that are read when they are iterated, any number of times.

    Args:
        lines: Reads lines of the file.
        start: Byte offset of the first `wire` row.
        stop: Byte offset behind the last payload row.
        size: How many bytes the body has.
        sha256: Its hash as the `end` row has it.
        source: What errors name.
    """

    lines: LinesBetween
    start: int
    stop: int
    size: int
    sha256: str | None = None
    source: str = ""

    def __iter__(self) -> Iterator[Chunk]:
        if self.start == self.stop:
            return iter(())
        return chunks_of(self.lines(self.start, self.stop), source=f"{self.source}@{self.start}")


def chunks_of(lines: Iterable[bytes], *, source: str) -> Iterator[Chunk]:
    """The chunks of one body, from its `wire` and payload lines.

    The payload rows are joined and cut again by the lengths of the `wire` rows; at no time is more in memory
    than one chunk and one row.
    """
    due: deque[tuple[int, int]] = deque()
    parts: list[bytes] = []
    have = 0
    for number, line in enumerate(lines, 1):
        row = decode(line, f"{source}+{number}")
        if isinstance(row, Wire):
            due.extend(zip(row.at, row.len, strict=True))
            continue
        if not isinstance(row, (Ev, Body)):
            raise RowError("a body is cut off by another row", where=f"{source}+{number}")
        data = payload(row, f"{source}+{number}")
        parts.append(data)
        have += len(data)
        if not due or have < due[0][1]:
            continue
        joined = b"".join(parts)
        start = 0
        while due and have - start >= due[0][1]:
            at, length = due.popleft()
            yield Chunk(at, joined[start : start + length])
            start += length
        parts = [joined[start:]]
        have -= start
    while due and due[0][1] == 0:
        yield Chunk(due.popleft()[0], b"")


@dataclass(slots=True)
class _Open:
    """An exchange that is being read."""

    req: Req
    line: bytes
    key: dict[str, JsonValue] | None = None
    res: Res | None = None
    start: int = 0
    stop: int = 0
    wired: int = 0
    held: int = 0
    extra: dict[str, Mapping[str, JsonValue]] = field(default_factory=dict)


class Reader:
    """Takes the lines of one cassette in order, and gives the cassette.

    Args:
        source: What errors and `Cassette.source` name.
        between: Reads lines by byte offsets, for the bodies.
        check_hash: Whether the seal's hash must be right.
    """

    def __init__(self, source: str, between: LinesBetween, *, check_hash: bool = True) -> None:
        self._source = source
        self._between = between
        self._hash = hashlib.sha256() if check_hash else None
        self._number = 0
        self._offset = 0
        self._head: dict[str, JsonValue] | None = None
        self._open: _Open | None = None
        self._exchanges: list[Exchange] = []
        self._seal: dict[str, JsonValue] | None = None
        self._redactions: Sequence[tuple[int, str, str, int]] = ()

    def read(self, lines: Iterable[bytes]) -> Cassette:
        """Read all lines.

        Raises:
            RowError: A row is malformed, or stands where it must not.
            TruncatedCassette: There is no seal.
            HashMismatch: The rows are not those that were sealed.
        """
        for line in lines:
            self._number += 1
            self._take(line)
            self._offset += len(line)
        if self._seal is None:
            self._truncated()
        redactions = _by_exchange(self._redactions)
        exchanges = tuple(
            Exchange(
                it.index,
                it.request,
                it.response,
                it.ending,
                it.at_us,
                redactions.get(it.index, ()),
                key=it.key,
                extra=it.extra,
            )
            if it.index in redactions
            else it
            for it in self._exchanges
        )
        return Cassette(self._head or {}, exchanges, self._seal, self._source)

    @property
    def _where(self) -> str:
        return f"{self._source}:{self._number}"

    def _take(self, line: bytes) -> None:
        if not line.endswith(b"\n"):
            self._truncated()
        row = decode(line, self._where)
        if self._seal is not None:
            self._misplaced(row, "nothing below the seal")
        if isinstance(row, Seal):
            self._take_seal(row, line)
            return
        if self._hash is not None:
            self._hash.update(line)
        if isinstance(row, (Ev, Body)):
            self._take_payload(row, line)
        elif isinstance(row, Wire):
            self._take_wire(row, line)
        elif isinstance(row, Req):
            self._take_req(row, line)
        elif isinstance(row, Res):
            self._take_res(row, line)
        elif isinstance(row, Key):
            self._take_key(row, line)
        elif isinstance(row, End):
            self._take_end(row, line)
        elif isinstance(row, Head):
            self._take_head(row, line)
        elif isinstance(row, Piece):
            self._truncated()
        else:
            self._reserved(row)

    def _take_head(self, row: Head, line: bytes) -> None:
        if self._number != 1:
            self._misplaced(row, "the head only as the first row")
        if row.part is not None:
            self._truncated()
        self._head = all_members(line)

    def _take_req(self, row: Req, line: bytes) -> None:
        if self._head is None:
            self._misplaced(row, "a head as the first row")
        if self._open is not None:
            self._misplaced(row, f"the end of exchange {self._open.req.i} first")
        if row.i != len(self._exchanges):
            self._misplaced(
                row, f"exchange {len(self._exchanges)}: exchanges are numbered from 0 in request order"
            )
        self._open = _Open(row, line)
        self._keep_unknown(row, line, "req")

    def _take_key(self, row: Key, line: bytes) -> None:
        it = self._opened(row)
        if it.key is not None or it.res is not None:
            self._misplaced(row, "one key, right after its request")
        it.key = all_members(line)
        del it.key["i"]

    def _take_res(self, row: Res, line: bytes) -> None:
        it = self._opened(row)
        if it.res is not None:
            self._misplaced(row, "one response head an exchange")
        it.res = row
        it.start = it.stop = self._offset + len(line)
        self._keep_unknown(row, line, "res")

    def _take_wire(self, row: Wire, line: bytes) -> None:
        it = self._in_body(row)
        if len(row.at) != len(row.len):
            self._lengths(f"as many times as lengths ({len(row.len)})", f"{len(row.at)} times")
        it.wired += sum(row.len)
        it.stop += len(line)

    def _take_payload(self, row: Ev | Body, line: bytes) -> None:
        it = self._in_body(row)
        it.held += len(payload(row, self._where))
        if it.held > it.wired:
            self._lengths(
                f"at most {it.wired} bytes of body, as the wire rows above say",
                f"{it.held} bytes up to this row",
            )
        it.stop += len(line)

    def _take_end(self, row: End, line: bytes) -> None:
        it = self._opened(row)
        self._open = None
        if it.held != it.wired:
            self._lengths(
                f"{it.wired} bytes of body, as the wire rows say", f"{it.held} bytes in the payload rows"
            )
        if it.res is not None and row.bytes is not None and row.bytes != it.held:
            self._lengths(
                f"{row.bytes} bytes of body, as this end row says", f"{it.held} bytes in the payload rows"
            )
        if it.res is None:
            response = None
        else:
            body = Span(self._between, it.start, it.stop, it.held, row.sha256, self._source)
            response = Response(
                it.res.status,
                it.res.headers,
                body,
                it.res.reason,
                it.res.http,
                it.res.t,
                row.trailers,
            )
        self._keep_unknown(row, line, "end", it)
        self._exchanges.append(
            Exchange(
                it.req.i, request_of(it.req), response, ending_of(row), it.req.t, key=it.key, extra=it.extra
            )
        )

    def _take_seal(self, row: Seal, line: bytes) -> None:
        if self._head is None:
            self._misplaced(row, "a head as the first row")
        if self._open is not None:
            self._misplaced(row, f"the end of exchange {self._open.req.i} first")
        if row.interactions != len(self._exchanges):
            raise RowError(
                "the seal counts other exchanges than there are",
                where=self._where,
                expected=f"{row.interactions} exchanges",
                found=str(len(self._exchanges)),
                hint="were rows removed? restore the file, or `harness cassette reseal` it if that was meant",
            )
        if self._hash is not None and self._hash.hexdigest() != row.sha256:
            raise HashMismatch(
                "the rows are not those that were sealed",
                where=self._where,
                expected=f"sha256 {row.sha256}",
                found=f"sha256 {self._hash.hexdigest()}",
                hint="the file was changed after recording: restore it, or `harness cassette reseal` it if that "
                "was meant; `harness cassette verify` says more",
            )
        self._redactions = row.redactions
        self._seal = all_members(line)

    def _opened(self, row: Key | Res | Wire | Ev | Body | End) -> _Open:
        if self._head is None:
            self._misplaced(row, "a head as the first row")
        if self._open is None:
            self._misplaced(row, f"the request of exchange {len(self._exchanges)} first")
        if row.i != self._open.req.i:
            self._misplaced(row, f"rows of exchange {self._open.req.i} up to its end")
        return self._open

    def _in_body(self, row: Wire | Ev | Body) -> _Open:
        it = self._opened(row)
        if it.res is None:
            self._misplaced(row, "the response's head (`res`) first")
        return it

    def _keep_unknown(self, row: Req | Res | End, line: bytes, kind: str, it: _Open | None = None) -> None:
        it = it or self._open
        if it is not None and (unknown := unknown_members(line, row)):
            it.extra[kind] = unknown

    def _misplaced(self, row: Row, expected: str) -> NoReturn:
        raise RowError(
            "a row stands where it must not",
            where=self._where,
            expected=expected,
            found=_named(row),
            hint="were rows moved or merged? restore the file, or record it anew",
        )

    def _lengths(self, expected: str, found: str) -> NoReturn:
        raise RowError(
            "the lengths do not add up",
            where=self._where,
            expected=expected,
            found=found,
            hint="was a payload row edited by hand? restore the file, or record it anew",
        )

    def _reserved(self, row: Row) -> NoReturn:
        raise RowError(
            "this release cannot read WebSocket rows",
            where=self._where,
            expected="rows of HTTP exchanges",
            found=_named(row),
            hint="was it recorded with a newer release? upgrade llm-stream-harness",
        )

    def _truncated(self) -> NoReturn:
        raise TruncatedCassette(
            "the cassette ends before its seal",
            where=self._where,
            expected="a seal as the last row",
            found=f"{len(self._exchanges)} whole exchanges and no seal",
            hint=_RECOVER,
        )


def _named(row: Row) -> str:
    kind = row.__struct_config__.tag
    index = getattr(row, "i", None)
    return f"a {kind} row" if index is None else f"a {kind} row of exchange {index}"


def _by_exchange(redactions: Sequence[tuple[int, str, str, int]]) -> dict[int, tuple[Redaction, ...]]:
    found: dict[int, list[Redaction]] = {}
    for index, where, label, times in redactions:
        found.setdefault(index, []).append(Redaction(where, label, times))
    return {index: tuple(items) for index, items in found.items()}

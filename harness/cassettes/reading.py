"""Reading a sealed cassette: lines in, exchanges out, bodies left where they are.

Strategy: one pass over the lines checks every row, its place, the lengths and the hash. It keeps what is small
(requests, heads, endings) and where each body's rows begin and end; `LazyBody` reads those again when it is
iterated. So a gigabyte costs no memory.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn

from harness.cassettes.bodies import LazyBody, Lines
from harness.cassettes.exchange import Cassette, Exchange, Redaction, Response
from harness.cassettes.migrations import MIGRATIONS, MigratedLines, Migration, steps_from
from harness.cassettes.opening import FIRST_LINE, head_of
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
from harness.errors import HarnessError, HashMismatch, RowError, TruncatedCassette

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.jsonvalue import JsonValue


def read_lines(
    lines: Lines,
    *,
    source: str = "",
    check_hash: bool = True,
    migrations: Mapping[str, Migration] = MIGRATIONS,
) -> Cassette:
    """Read a sealed cassette, of this schema version or an older one.

    Args:
        lines: Its lines.
        source: What errors and `Cassette.source` name.
        check_hash: Whether the rows must be those that were sealed.
        migrations: How older versions are read.

    Raises:
        NotACassette: It is something else.
        UnknownSchema: It is of a version that this release does not know.
        RowError: A row is malformed, or stands where it must not.
        TruncatedCassette: It has no seal.
        HashMismatch: It was changed after it was sealed.
    """
    head = head_of(lines.first(FIRST_LINE), source)
    steps = steps_from(head.schema, f"{source}:1", migrations)
    if not steps:
        return _Reader(lines, source, check_hash=check_hash).read()
    if check_hash:
        _check_raw_hash(lines, source)
    return _Reader(MigratedLines(lines, steps), source, check_hash=False).read()


@dataclass(slots=True)
class _Open:
    """An exchange that is being read."""

    req: Req
    key: dict[str, JsonValue] | None = None
    res: Res | None = None
    start: int = 0
    wired: int = 0
    held: int = 0
    extra: dict[str, Mapping[str, JsonValue]] = field(default_factory=dict)


class _Reader:
    """Takes the lines of one cassette in order, and gives the cassette."""

    def __init__(self, lines: Lines, source: str, *, check_hash: bool) -> None:
        self._lines = lines
        self._source = source
        self._check_hash = check_hash
        self._hash = hashlib.sha256()
        self._number = 0
        self._offset = 0
        self._head: dict[str, JsonValue] = {}
        self._open: _Open | None = None
        self._exchanges: list[Exchange] = []
        self._seal: dict[str, JsonValue] | None = None

    def read(self) -> Cassette:
        """Read all lines."""
        update = self._hash.update if self._check_hash else len
        for line in self._lines:
            self._number += 1
            row = self._row(line)
            it = self._open
            # The two kinds of rows that are many come first, and cost no call of their own.
            if type(row) is Ev or type(row) is Body:
                if it is None or it.res is None or row.i != it.req.i:
                    self._misplaced(row, self._expected())
                it.held += len(payload(row, self._source, self._number))
                if it.held > it.wired:
                    self._lengths(
                        f"at most the {it.wired} bytes that the wire rows announce", f"{it.held} bytes"
                    )
            elif type(row) is Seal:
                self._take_seal(row, line)
                continue
            else:
                self._take(row, line)
            update(line)
            self._offset += len(line)
        if self._seal is None:
            self._truncated()
        return Cassette(self._head, tuple(self._exchanges), self._seal, self._source)

    def _row(self, line: bytes) -> Row:
        if self._seal is not None:
            self._misplaced(decode(line, self._source, self._number), "nothing below the seal")
        if line.endswith(b"\n"):
            return decode(line, self._source, self._number)
        # An editor may have taken the last LF away; anything else without one was torn off.
        try:
            row = decode(line, self._source, self._number)
        except HarnessError:
            self._truncated()
        if not isinstance(row, Seal):
            self._truncated()
        return row

    def _take(self, row: Row, line: bytes) -> None:
        if isinstance(row, Wire):
            self._take_wire(row)
        elif isinstance(row, Req):
            self._take_req(row, line)
        elif isinstance(row, Key):
            self._take_key(row, line)
        elif isinstance(row, Res):
            self._take_res(row, line)
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
            self._misplaced(row, self._expected())
        if row.part is not None:
            self._truncated()
        self._head = all_members(line)

    def _take_req(self, row: Req, line: bytes) -> None:
        if self._open is not None or row.i != len(self._exchanges):
            self._misplaced(row, self._expected())
        self._open = _Open(row)
        self._keep_unknown(self._open, "req", row, line)

    def _take_key(self, row: Key, line: bytes) -> None:
        it = self._opened(row)
        if it.key is not None or it.res is not None:
            self._misplaced(row, "one key row, right behind the request")
        it.key = all_members(line)
        del it.key["i"]

    def _take_res(self, row: Res, line: bytes) -> None:
        it = self._opened(row)
        if it.res is not None:
            self._misplaced(row, "one response head an exchange")
        it.res = row
        it.start = self._offset + len(line)
        self._keep_unknown(it, "res", row, line)

    def _take_wire(self, row: Wire) -> None:
        it = self._opened(row)
        if it.res is None:
            self._misplaced(row, self._expected())
        if len(row.at) != len(row.len):
            self._lengths(f"{len(row.len)} times, as there are lengths", f"{len(row.at)} times")
        it.wired += sum(row.len)

    def _take_end(self, row: End, line: bytes) -> None:
        it = self._opened(row)
        if it.held != it.wired:
            self._lengths(f"{it.wired} bytes of body, as the wire rows say", f"{it.held} in the payload rows")
        if it.res is not None and row.bytes is not None and row.bytes != it.held:
            self._lengths(f"{row.bytes} bytes of body, as this row says", f"{it.held} in the payload rows")
        self._keep_unknown(it, "end", row, line)
        self._open = None
        response = None
        if (res := it.res) is not None:
            body = LazyBody(self._lines, it.start, self._offset, it.held, row.sha256, self._source)
            response = Response(res.status, res.headers, body, res.reason, res.http, res.t, row.trailers)
        request, ending = request_of(it.req), ending_of(row)
        self._exchanges.append(
            Exchange(it.req.i, request, response, ending, it.req.t, key=it.key, extra=it.extra)
        )

    def _take_seal(self, row: Seal, line: bytes) -> None:
        if self._open is not None:
            self._misplaced(row, self._expected())
        if row.interactions != len(self._exchanges):
            raise RowError(
                "the seal counts other exchanges than there are",
                where=self._where,
                expected=f"{row.interactions} exchanges",
                found=str(len(self._exchanges)),
                hint="were rows removed? restore them, or `harness cassette reseal --synthetic`",
            )
        if self._check_hash:
            _compare_hashes(row, self._hash.hexdigest(), self._where)
        self._seal = all_members(line)
        by_exchange: dict[int, list[Redaction]] = {}
        for index, where, label, times in row.redactions:
            by_exchange.setdefault(index, []).append(Redaction(where, label, times))
        self._exchanges = [
            replace(it, redactions=tuple(by_exchange[it.index])) if it.index in by_exchange else it
            for it in self._exchanges
        ]

    def _opened(self, row: Key | Res | Wire | End) -> _Open:
        if self._open is None or row.i != self._open.req.i:
            self._misplaced(row, self._expected())
        return self._open

    def _expected(self) -> str:
        """What may stand where a row was found that may not."""
        it = self._open
        if it is None:
            return f"the request of exchange {len(self._exchanges)}, or the seal"
        if it.res is None:
            return f"the response's head of exchange {it.req.i}, or its end"
        return f"rows of exchange {it.req.i} up to its end"

    @property
    def _where(self) -> str:
        return f"{self._source}:{self._number}"

    def _keep_unknown(self, it: _Open, kind: str, row: Req | Res | End, line: bytes) -> None:
        if unknown := unknown_members(line, row):
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
            hint="`harness cassette recover` with -o writes what is left of it to another file",
        )


def _check_raw_hash(lines: Lines, source: str) -> None:
    """Check the hash of a cassette of any version: the last line holds it, over all lines above."""
    digest = hashlib.sha256()
    last: bytes | None = None
    number = 0
    for line in lines:
        number += 1
        if last is not None:
            digest.update(last)
        last = line
    where = f"{source}:{number}"
    row = decode(last or b"", source, number)
    if not isinstance(row, Seal):
        raise TruncatedCassette(
            "the cassette ends before its seal",
            where=where,
            expected="a seal as the last row",
            found=_named(row),
        )
    _compare_hashes(row, digest.hexdigest(), where)


def _compare_hashes(seal: Seal, found: str, where: str) -> None:
    if found != seal.sha256:
        raise HashMismatch(
            "the rows are not those that were sealed",
            where=where,
            expected=f"sha256 {seal.sha256}",
            found=f"sha256 {found}",
            hint="the file was changed since: restore it, or `harness cassette reseal --synthetic`",
        )


def _named(row: Row) -> str:
    kind = row.__struct_config__.tag
    index = getattr(row, "i", None)
    return f"a {kind} row" if index is None else f"a {kind} row of exchange {index}"

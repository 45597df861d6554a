"""Writing a sealed cassette: exchanges in, lines out, each exchange grouped, memory flat.

Strategy: chunks are gathered into groups of at most 1,024 chunks or about 1 MiB. A group's `wire` row is
written first, then the payload rows that its bytes complete; an event that is not whole yet waits for the next
group, so a reader always knows the boundaries before it meets the bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from harness.cassettes.exchange import Request
from harness.cassettes.pieces import splitter_for
from harness.cassettes.rows import (
    SCHEMA,
    WIRE_LIMIT,
    Seal,
    Wire,
    encode,
    end_row,
    payload_line,
    request_row,
    response_row,
)
from harness.jsonvalue import JsonValue, compact

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Chunk, Exchange, Response

KeyOf: TypeAlias = Callable[[Request], Mapping[str, JsonValue]]
"""What computes the `key` row's members (but `k` and `i`) for a request."""

HEAD_ORDER = (
    "schema",
    "tool",
    "recorded",
    "dialect",
    "model",
    "spec",
    "source",
    "synthetic",
    "decoded",
    "timing",
    "notes",
)
_GROUP_BYTES = 1 << 20
_NONE: Mapping[str, JsonValue] = {}


def head_line(head: Mapping[str, JsonValue]) -> bytes:
    """The line of the head row: known members in their order, then the others in the order they have."""
    known = {name: head[name] for name in HEAD_ORDER if name in head}
    rest = {name: value for name, value in head.items() if name not in known and name not in ("k", "part")}
    return compact({"k": "head", "schema": SCHEMA, **known, **rest}).encode() + b"\n"


def part_head_line(head: Mapping[str, JsonValue], first_index: int) -> bytes:
    """The line of a `.part` file's head: that of the cassette, and the mark that it is a part of one."""
    line = head_line(head)
    return line[:-2] + b',"part":{"first":%d}}\n' % first_index


def lines_of(cassette: Cassette, *, key_of: KeyOf | None = None) -> Iterator[bytes]:
    """All lines of a sealed cassette, from its head to a new seal.

    The seal's count, hash and redactions are computed anew; its other members are kept.

    Args:
        cassette: What to write; its bodies are read once, as they are needed.
        key_of: Computes the `key` rows; without it an exchange keeps the key that it has.
    """
    sealer = Sealer()
    yield sealer.add(head_line(cassette.head))
    for exchange in cassette.exchanges:
        yield from sealer.exchange(exchange, key_of)
    yield sealer.seal(cassette.seal)


class Sealer:
    """Counts and hashes the lines of one cassette while they are written.

    Args:
        first: How many exchanges stand in the file already (their lines passed through `add`).
        redactions: Theirs.
    """

    def __init__(self, first: int = 0, redactions: Iterable[tuple[int, str, str, int]] = ()) -> None:
        self._next = first
        self._redactions = list(redactions)
        self._hash = hashlib.sha256()

    def add(self, line: bytes) -> bytes:
        """Take one line into the hash, and give it back."""
        self._hash.update(line)
        return line

    def exchange(self, exchange: Exchange, key_of: KeyOf | None = None) -> Iterator[bytes]:
        """The lines of one exchange, numbered by its place in this file."""
        index = self._next
        self._next += 1
        self._redactions += [(index, *redaction) for redaction in exchange.redactions]
        for line in exchange_lines(exchange, index, key_of):
            yield self.add(line)

    def seal(self, members: Mapping[str, JsonValue] | None = None) -> bytes:
        """The seal's line; `members` are those of a former seal, of which the unknown ones are kept."""
        row = Seal(self._next, self._hash.hexdigest(), tuple(self._redactions))
        known = row.__struct_fields__
        return encode(row, {name: value for name, value in (members or _NONE).items() if name not in known})


def exchange_lines(exchange: Exchange, index: int, key_of: KeyOf | None = None) -> Iterator[bytes]:
    """The lines of one exchange in their canonical order: req, key, res, wire and payload, end."""
    extra = exchange.extra
    yield encode(request_row(index, exchange.request, exchange.at_us), extra.get("req"))
    key = exchange.key if key_of is None else key_of(exchange.request)
    if key is not None:
        yield compact({"k": "key", "i": index, **key}).encode() + b"\n"
    response = exchange.response
    if response is None:
        yield encode(end_row(index, exchange.ending), extra.get("end"))
        return
    yield encode(response_row(index, response, response.at_us), extra.get("res"))
    body = _BodyLines(index, response)
    yield from body
    end = end_row(index, exchange.ending, response.trailers)
    end.bytes = body.size
    end.sha256 = body.hash.hexdigest()
    yield encode(end, extra.get("end"))


class _BodyLines:
    """The `wire` and payload lines of one body; afterwards its size and hash."""

    def __init__(self, index: int, response: Response) -> None:
        self._index = index
        self._chunks = response.chunks
        self._kind, self._splitter = splitter_for(response.headers)
        self.size = 0
        self.hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for group in _groups(self._chunks):
            yield encode(Wire(self._index, [at for at, _ in group], [len(data) for _, data in group]))
            data = b"".join(data for _, data in group)
            self.size += len(data)
            self.hash.update(data)
            for piece in self._splitter.feed(data):
                yield payload_line(self._kind, self._index, piece)
        for piece in self._splitter.finish():
            yield payload_line(self._kind, self._index, piece)


def _groups(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    group: list[Chunk] = []
    size = 0
    for chunk in chunks:
        group.append(chunk)
        size += len(chunk.data)
        if len(group) == WIRE_LIMIT or size >= _GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group

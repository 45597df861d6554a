"""Writing a sealed cassette: exchanges in, lines out, each exchange grouped, memory flat.

Strategy: chunks are gathered into groups of at most 1,024 chunks or about 256 KiB. A group's `wire` row is
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
    payload_lines,
    request_row,
    response_row,
)
from harness.jsonvalue import JsonValue, compact

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Chunk, Exchange

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
_GROUP_BYTES = 1 << 18


def head_line(head: Mapping[str, JsonValue]) -> bytes:
    """The line of the head row: known members in their order, then the others in the order they have."""
    known = {name: head[name] for name in HEAD_ORDER if name in head}
    rest = {name: value for name, value in head.items() if name not in known and name not in ("k", "part")}
    return compact({"k": "head", "schema": SCHEMA, **known, **rest}).encode() + b"\n"


def part_head_line(head: Mapping[str, JsonValue], first_index: int) -> bytes:
    """The line of a `.part` file's head: that of the cassette, and the mark that it is a part of one."""
    line = head_line(head)
    return line[:-2] + b',"part":{"first":%d}}\n' % first_index


def true_head(head: Mapping[str, JsonValue], exchanges: Iterable[Exchange]) -> Mapping[str, JsonValue]:
    """The head's members, and that bodies were decoded where one of the exchanges says that its body was.

    A recorder writes the head before it knows.
    """
    if head.get("decoded") is True or not any("decoded" in one.extra.get("res", {}) for one in exchanges):
        return head
    return {**head, "decoded": True}


def lines_of(cassette: Cassette, *, key_of: KeyOf | None = None) -> Iterator[bytes]:
    """All lines of a sealed cassette, from its head to a new seal; each item is one line or several.

    The seal's count, hash and redactions are computed anew; its other members are kept.

    Args:
        cassette: What to write; its bodies are read once, as they are needed.
        key_of: Computes the `key` rows; without it an exchange keeps the key that it has.
    """
    sealer = Sealer()
    yield sealer.add(head_line(true_head(cassette.head, cassette.exchanges)))
    for exchange in cassette.exchanges:
        yield from sealer.exchange(exchange, key_of)
    yield sealer.seal(cassette.seal)


class Sealer:
    """Counts and hashes the lines of one cassette while they are written.

    Args:
        first: How many exchanges stand in the file already (their lines pass through `add`).
        redactions: Theirs, each with its exchange's index.
    """

    def __init__(self, first: int = 0, redactions: Iterable[tuple[int, str, str, int]] = ()) -> None:
        self._next = first
        self._redactions = list(redactions)
        self._hash = hashlib.sha256()

    def add(self, lines: bytes) -> bytes:
        """Take lines into the hash, and give them back."""
        self._hash.update(lines)
        return lines

    def exchange(self, exchange: Exchange, key_of: KeyOf | None = None) -> Iterator[bytes]:
        """The lines of one exchange, numbered by its place in this file."""
        index = self._next
        self._next += 1
        self._redactions += [(index, *redaction) for redaction in exchange.redactions]
        for lines in exchange_lines(exchange, index, key_of):
            yield self.add(lines)

    def seal(self, former: Mapping[str, JsonValue] | None = None) -> bytes:
        """The seal's line, with the members of a former seal that this version does not know."""
        row = Seal(self._next, self._hash.hexdigest(), tuple(self._redactions))
        known = row.__struct_fields__
        return encode(row, {name: value for name, value in (former or {}).items() if name not in known})


def exchange_lines(exchange: Exchange, index: int, key_of: KeyOf | None = None) -> Iterator[bytes]:
    """The lines of one exchange in their order: req, key, res, wire and payload rows, end."""
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
    kind, splitter = splitter_for(response.headers)
    size = 0
    digest = hashlib.sha256()
    for group in _groups(response.chunks):
        data = b"".join([data for _, data in group])
        size += len(data)
        digest.update(data)
        wire = encode(Wire(index, [at for at, _ in group], [len(data) for _, data in group]))
        yield wire + payload_lines(kind, index, list(splitter.feed(data)))
    if rest := list(splitter.finish()):
        yield payload_lines(kind, index, rest)
    end = end_row(index, exchange.ending, response.trailers)
    end.bytes = size
    end.sha256 = digest.hexdigest()
    yield encode(end, extra.get("end"))


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

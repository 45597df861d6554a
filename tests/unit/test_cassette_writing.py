"""Writing a cassette: how bodies are cut into rows, and what the seal says."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Redaction, Request, Response
from harness.cassettes.writing import Sealer, lines_of
from tests import taped

if TYPE_CHECKING:
    from harness.cassettes.exchange import Headers
    from harness.jsonvalue import JsonValue


def rows(cassette: Cassette) -> list[dict[str, Any]]:
    """The rows of the file that a cassette becomes."""
    return [json.loads(line) for line in taped.written(cassette).splitlines()]


def payload(body: bytes, headers: Headers) -> list[tuple[str, str]]:
    """Kind and content of the payload rows of a body."""
    return [
        (row["k"], row.get("s", "(base64)"))
        for row in rows(taped.cassette(taped.exchange(body, headers=headers)))
        if row["k"] in ("ev", "body")
    ]


CUTS: dict[str, tuple[bytes, Headers, list[tuple[str, str]]]] = {
    "events": (
        b": hi\n\ndata: 1\n\ndata: 2",
        (("Content-Type", "text/event-stream; charset=utf-8"),),
        [("ev", ": hi\n\n"), ("ev", "data: 1\n\n"), ("ev", "data: 2")],
    ),
    "events with CR LF": (
        b"data: 1\r\n\r\ndata: 2\r\n\r\n",
        taped.SSE,
        [("ev", "data: 1\r\n\r\n"), ("ev", "data: 2\r\n\r\n")],
    ),
    "one broken event": (
        b"data: 1\n\ndata: \xff\n\ndata: 3\n\n",
        taped.SSE,
        [("ev", "data: 1\n\n"), ("ev", "(base64)"), ("ev", "data: 3\n\n")],
    ),
    "lines of JSON": (
        b'[{\n"a": 1\n}',
        (("content-type", "application/json"),),
        [("body", "[{\n"), ("body", '"a": 1\n'), ("body", "}")],
    ),
    "a JSON type with a suffix": (
        b"{\n}",
        (("content-type", "application/problem+json"),),
        [("body", "{\n"), ("body", "}")],
    ),
    "JSON lines": (
        b"1\n2\n",
        (("content-type", "application/x-ndjson"),),
        [("body", "1\n"), ("body", "2\n")],
    ),
    "no type": (b"a\nb", (), [("body", "a\n"), ("body", "b")]),
    "a binary type": (b"RIFF\n\nWAVE", (("content-type", "audio/wav"),), [("body", "RIFF\n\nWAVE")]),
    "a compressed stream": (
        b"\x1f\x8b\n\n\n",
        (*taped.SSE, ("content-encoding", "gzip")),
        [("body", "(base64)")],
    ),
    "identity is no coding": (
        b"data\n\n",
        (*taped.SSE, ("content-encoding", "identity")),
        [("ev", "data\n\n")],
    ),
    "no body": (b"", taped.SSE, []),
}


@pytest.mark.parametrize(("body", "headers", "expected"), CUTS.values(), ids=CUTS)
def test_a_body_is_cut_where_a_person_would_cut_it(
    body: bytes, headers: Headers, expected: list[tuple[str, str]]
) -> None:
    """By events, by lines, or by size, as the response's head says."""
    assert payload(body, headers) == expected


def test_a_binary_body_is_cut_into_equal_pieces() -> None:
    """49,152 bytes are 64 KiB of base64."""
    found = rows(taped.cassette(taped.exchange(b"\xff" * 100_000, headers=(("content-type", "image/png"),))))

    assert [len(row["b64"]) for row in found if row["k"] == "body"] == [65_536, 65_536, 2_264]


def test_known_members_of_a_head_come_first_and_in_order() -> None:
    """Whatever order the caller has them in; the others follow in theirs."""
    head: dict[str, JsonValue] = {
        "zebra": 1,
        "notes": "n",
        "tool": "t",
        "k": "x",
        "dialect": "chat",
        "apple": 2,
        "schema": "llm-cassette/1",
    }
    [line, _] = lines_of(Cassette(head, ()))

    assert line == (
        b'{"k":"head","schema":"llm-cassette/1","tool":"t","dialect":"chat","notes":"n","zebra":1,"apple":2}\n'
    )


def test_the_schema_is_that_of_this_release_unless_it_is_given() -> None:
    """Nobody need name it."""
    assert rows(Cassette({"tool": "t"}, ()))[0]["schema"] == "llm-cassette/1"


def test_the_seal_counts_hashes_and_lists() -> None:
    """The hash is of all lines above, as written."""
    one = Exchange(
        7, Request("GET", "http://x/"), None, Ending(How.RESET, 4), 1, (Redaction("request.url", "key", 2),)
    )
    data = taped.written(Cassette(taped.HEAD, (one, one)))
    body, _, seal = data[:-1].rpartition(b"\n")

    assert json.loads(seal) == {
        "k": "seal",
        "interactions": 2,
        "sha256": taped.sha256(body + b"\n"),
        "redactions": [[0, "request.url", "key", 2], [1, "request.url", "key", 2]],
    }


def test_the_body_is_hashed_apart() -> None:
    """So that one exchange can be compared with one of another cassette."""
    [end] = [row for row in rows(taped.cassette(taped.exchange(b"da", b"ta\n\n"))) if row["k"] == "end"]

    assert (end["bytes"], end["sha256"]) == (6, taped.sha256(b"data\n\n"))


def test_an_exchange_without_a_response_has_neither_head_nor_hash() -> None:
    """There is nothing that could be hashed."""
    exchange = Exchange(0, Request("GET", "http://x/"), None, Ending(How.TIMEOUT, 4, "ConnectTimeout"), 1)

    assert rows(taped.cassette(exchange))[1:-1] == [
        {"k": "req", "i": 0, "t": 1, "method": "GET", "url": "http://x/", "headers": []},
        {"k": "end", "i": 0, "how": "timeout", "t": 4, "exc": "ConnectTimeout"},
    ]


def test_keys_are_computed_where_a_function_is_given_and_kept_where_not() -> None:
    """A cassette that is rewritten without one loses no key."""
    data = b"".join(
        lines_of(taped.cassette(taped.exchange()), key_of=lambda request: {"v": 1, "hash": request.method})
    )
    again = taped.read(data)

    assert b'{"k":"key","i":0,"v":1,"hash":"POST"}\n' in data
    assert again.exchanges[0].key == {"v": 1, "hash": "POST"}
    assert taped.written(again) == data
    assert b'"hash":"new"' in b"".join(lines_of(again, key_of=lambda _: {"hash": "new"}))


def test_an_exception_text_that_utf8_cannot_hold_is_escaped() -> None:
    """File names in messages may hold lone surrogates."""
    exchange = Exchange(0, Request("GET", "http://x/"), None, Ending(How.RESET, 4, "E\udcff", "no \udcfe"), 1)

    assert taped.read(taped.written(taped.cassette(exchange))).exchanges[0].ending == Ending(
        How.RESET, 4, "E\\udcff", "no \\udcfe"
    )


def test_members_of_a_former_seal_are_kept_but_for_what_is_computed() -> None:
    """What a later version put there survives."""
    seal = Sealer().seal({"interactions": 9, "sha256": "old", "later": [1]})

    assert json.loads(seal) == {"k": "seal", "interactions": 0, "sha256": taped.sha256(b""), "later": [1]}


def test_integers_of_any_size_survive() -> None:
    """A member that this version does not know may hold them."""
    head: dict[str, JsonValue] = {**taped.HEAD, "big": 2**80}

    assert taped.read(taped.written(Cassette(head, ()))).head["big"] == 2**80


def test_a_response_is_read_while_it_is_written() -> None:
    """Bodies may be generators of any length: no more than a group of chunks is in memory."""
    seen: list[int] = []

    class Body:
        def __iter__(self) -> Any:
            for number in range(3_000):
                seen.append(number)
                yield Chunk(number, b"x" * 1_000)

    response = Response(200, (("content-type", "text/plain"),), Body())
    item = Exchange(0, Request("GET", "http://x/"), response, Ending(How.COMPLETE))
    reads = [len(seen) for _ in lines_of(Cassette(taped.HEAD, (item,)))]

    assert max(after - before for before, after in pairwise(reads)) <= 263

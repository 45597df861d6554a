"""Reading a cassette: what is wrong with a file is said once, clearly, with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.bodies import MemoryLines, chunks_of
from harness.cassettes.exchange import Chunk, How
from harness.cassettes.migrations import MigratedLines, Migration, steps_from
from harness.cassettes.reading import read_lines
from harness.errors import (
    CassetteError,
    HashMismatch,
    NotACassette,
    RowError,
    TruncatedCassette,
    UnknownSchema,
)
from tests import taped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EXAMPLE = taped.written(
    taped.cassette(
        taped.exchange(taped.EVENT[:20], taped.EVENT[20:], taped.EVENT),
        taped.exchange(b'{"ok":', b"true}", headers=(("content-type", "application/json"),), how=How.RESET),
    )
)
LINES = EXAMPLE.splitlines(keepends=True)
KINDS = [json.loads(line)["k"] for line in LINES]


def test_the_example_has_the_rows_that_the_tests_below_move() -> None:
    """Head 0, req 1, res 2, wire 3, ev 4 and 5, end 6, req 7, res 8, wire 9, body 10, end 11, seal 12."""
    assert [
        "head",
        *["req", "res", "wire", "ev", "ev", "end"],
        *["req", "res", "wire", "body", "end"],
        "seal",
    ] == KINDS


def lines(*order: int) -> bytes:
    """The example with its rows in another order."""
    return b"".join(LINES[number] for number in order)


def swapped(number: int, old: bytes, new: bytes) -> bytes:
    """The example with one row changed."""
    assert old in LINES[number]
    return b"".join([*LINES[:number], LINES[number].replace(old, new), *LINES[number + 1 :]])


ALL = list(range(13))
NOT_CASSETTES: dict[str, tuple[bytes, str, str]] = {
    "an empty file": (b"", "the file is empty", "recover"),
    "blank lines": (b"\n\n", "the file is empty", "recover"),
    "vcrpy YAML": (b"interactions:\n- request:\n    body: null\n", "vcrpy cassette (YAML)", "import"),
    "vcrpy JSON": (b'{"version": 1, "interactions": []}', "vcrpy cassette (JSON)", "import"),
    "HAR": (b'{"log": {"version": "1.2", "entries": []}}', "HTTP archive", "import"),
    "an event stream": (b"data: {}\n\n", "event stream", "import"),
    "a JSON document": (b'{"a": 1}\n', "JSON document", "import"),
    "a web page": (b"<!doctype html><html></html>", "web page", "right file"),
    "binary data": (b"\x00\x01\x02\xff" * 9, "binary data", "right file"),
    "plain text": (b"Dear diary\n", "'Dear diary'", "right file"),
    "other YAML": (b"name: x\n", "'name: x'", "right file"),
    "a byte order mark": (b"\xef\xbb\xbf" + EXAMPLE, "byte order mark", "without"),
    "rows without a head": (lines(*ALL[1:]), "does not begin with its head", "restore"),
}


@pytest.mark.parametrize(("data", "says", "hint"), NOT_CASSETTES.values(), ids=NOT_CASSETTES)
def test_a_file_that_is_no_cassette_is_recognised_for_what_it_is(data: bytes, says: str, hint: str) -> None:
    """The message names what was found, and the hint what to do."""
    with pytest.raises(NotACassette) as caught:
        taped.read(data)

    assert says in str(caught.value)
    assert hint in str(caught.value.hint)
    assert "x.cassette.jsonl" in str(caught.value.where)


MISPLACED: dict[str, tuple[bytes, int, str]] = {
    "a second head": (lines(0, 0, *ALL[1:]), 2, "a head row"),
    "a request inside an exchange": (lines(0, 1, 2, 7, *ALL[8:]), 4, "a req row of exchange 1"),
    "a request twice": (lines(0, 1, 1, *ALL[2:]), 3, "a req row of exchange 0"),
    "a request out of turn": (lines(0, *ALL[7:]), 2, "a req row of exchange 1"),
    "a response twice": (lines(0, 1, 2, 2, *ALL[3:]), 4, "a res row of exchange 0"),
    "a response without its request": (lines(0, 2), 2, "a res row of exchange 0"),
    "a body without a head": (lines(0, 1, 4), 3, "a ev row of exchange 0"),
    "lengths without a head": (lines(0, 1, 3), 3, "a wire row of exchange 0"),
    "a body of another exchange": (lines(0, 1, 2, 3, 10), 5, "a body row of exchange 1"),
    "a key behind the head": (lines(0, 1, 2) + b'{"k":"key","i":0}\n', 4, "a key row of exchange 0"),
    "a key twice": (lines(0, 1) + 2 * b'{"k":"key","i":0}\n', 4, "a key row of exchange 0"),
    "an end of another exchange": (lines(0, 1, 2, 3, 4, 5, 11), 7, "a end row of exchange 1"),
    "an end without a request": (lines(0, 6), 2, "a end row of exchange 0"),
    "a seal inside an exchange": (lines(0, 1, 2, 12), 4, "a seal row"),
    "a row below the seal": (lines(*ALL, 7), 14, "a req row of exchange 1"),
    "a seal twice": (lines(*ALL, 12), 14, "a seal row"),
    "a WebSocket row": (lines(0) + b'{"k":"ws","i":0}\n', 2, "a ws row"),
}


@pytest.mark.parametrize(("data", "line", "found"), MISPLACED.values(), ids=MISPLACED)
def test_a_row_out_of_place_is_named_with_its_line(data: bytes, line: int, found: str) -> None:
    """The error says which row it is, where it stands, and what may stand there."""
    with pytest.raises(RowError) as caught:
        taped.read(data, check_hash=False)

    assert caught.value.where == f"x.cassette.jsonl:{line}"
    assert found in str(caught.value.found)
    assert caught.value.expected
    assert caught.value.hint


WRONG_LENGTHS: dict[str, tuple[bytes, int]] = {
    "the payload is longer": (swapped(5, b"data", b"ddata"), 6),
    "the payload is shorter": (swapped(5, b"data", b"dat"), 7),
    "a payload row is missing": (lines(0, 1, 2, 3, 4, *ALL[6:]), 6),
    "the payload comes before its lengths": (lines(0, 1, 2, 4, 3, *ALL[5:]), 4),
    "more times than lengths": (swapped(3, b'"at":[', b'"at":[5,'), 4),
    "the end counts otherwise": (swapped(6, b'"bytes":', b'"bytes":9'), 7),
}


@pytest.mark.parametrize(("data", "line"), WRONG_LENGTHS.values(), ids=WRONG_LENGTHS)
def test_lengths_that_do_not_add_up_are_found(data: bytes, line: int) -> None:
    """No chunk can be cut from what is not there."""
    with pytest.raises(RowError, match="lengths") as caught:
        taped.read(data, check_hash=False)

    assert caught.value.where == f"x.cassette.jsonl:{line}"


BROKEN_ROWS: dict[str, tuple[bytes, type[CassetteError], str]] = {
    "not JSON": (swapped(4, b'{"k"', b"{k"), RowError, "not JSON"),
    "a merge conflict": (swapped(4, b'{"k"', b'<<<<<<< HEAD\n{"k"'), RowError, "<<<<<<< HEAD"),
    "an empty line": (swapped(4, b'{"k"', b'\n{"k"'), RowError, "not JSON"),
    "not an object": (swapped(4, b'{"k"', b'[]\n{"k"'), RowError, "`object`"),
    "an unknown kind": (swapped(4, b'"ev"', b'"tape"'), RowError, "tape"),
    "no kind": (swapped(4, b'"k"', b'"q"'), RowError, "`k`"),
    "a wrong type": (swapped(4, b'"i":0', b'"i":"0"'), RowError, "`str`"),
    "neither text nor base64": (swapped(4, b'"s"', b'"t"'), RowError, "neither"),
    "text and base64": (swapped(4, b'"s"', b'"b64":"","s"'), RowError, "both"),
    "a lone surrogate": (swapped(4, b"gr", b"\\ud800"), RowError, "surrogate"),
    "not UTF-8": (swapped(4, b"gr", b"\xff"), NotACassette, "0xff"),
    "an unknown member that is not UTF-8": (swapped(4, b'"s"', b'"new":"\xff","s"'), NotACassette, "0xff"),
}


@pytest.mark.parametrize(("data", "kind", "says"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_a_row_that_is_none_is_named_with_its_line(data: bytes, kind: type[CassetteError], says: str) -> None:
    """The error says what is wrong with it, and shows no more of it than needed."""
    with pytest.raises(kind) as caught:
        taped.read(data)

    assert caught.value.where == "x.cassette.jsonl:5"
    assert says in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    "stop",
    [
        len(EXAMPLE) - len(LINES[-1]),
        len(EXAMPLE) - len(LINES[-1]) - 1,
        len(EXAMPLE) - 9,
        len(LINES[0]) + 5,
        60,
        len(LINES[0]),
    ],
)
def test_a_cassette_without_its_end_points_at_recovery(stop: int) -> None:
    """Cut between rows or inside one."""
    with pytest.raises(TruncatedCassette) as caught:
        taped.read(EXAMPLE[:stop])

    assert stop < len(LINES[0]) or "harness cassette recover" in str(caught.value.hint)


def test_a_part_file_points_at_recovery() -> None:
    """It is no damaged cassette, only an unsealed one."""
    part = LINES[0][:-2] + b',"part":{"first":0}}\n' + LINES[1]

    with pytest.raises(TruncatedCassette) as caught:
        taped.read(part)

    assert "harness cassette recover" in str(caught.value.hint)
    with pytest.raises(TruncatedCassette):
        taped.read(lines(0, 1, 2) + b'{"k":"c","i":0,"at":0,"s":""}\n')


def test_a_changed_row_is_noticed_unless_the_hash_is_not_checked() -> None:
    """The hint says how to seal it anew."""
    changed = swapped(1, b'"url":"http:', b'"url":"https:')

    with pytest.raises(HashMismatch) as caught:
        taped.read(changed)

    assert "harness cassette reseal" in str(caught.value.hint)
    assert taped.read(changed, check_hash=False).exchanges[0].request.url.startswith("https:")


def test_a_seal_that_counts_otherwise_is_noticed() -> None:
    """A whole exchange may be missing with no row out of place."""
    with pytest.raises(RowError, match="counts other exchanges"):
        taped.read(lines(*ALL[:7], 12), check_hash=False)


def test_the_last_line_feed_may_be_missing() -> None:
    """An editor took it; nothing else is lost."""
    assert taped.written(taped.read(EXAMPLE[:-1])) == EXAMPLE


def test_converted_line_ends_are_named() -> None:
    """Not a wrong hash, which nobody would understand."""
    with pytest.raises(CassetteError, match="line ends") as caught:
        taped.read(EXAMPLE.replace(b"\n", b"\r\n"))

    assert ".gitattributes" in str(caught.value.hint)


@pytest.mark.parametrize("schema", ["llm-cassette/2", "llm-cassette/10", "other/1", ""])
def test_an_unknown_schema_is_refused(schema: str) -> None:
    """A reader that guesses is worse than none."""
    with pytest.raises(UnknownSchema) as caught:
        taped.read(swapped(0, b"llm-cassette/1", schema.encode()))

    assert caught.value.where == "x.cassette.jsonl:1"
    assert caught.value.expected == "llm-cassette/1"
    assert caught.value.found == schema


def old_to_one(old: Iterable[bytes]) -> Iterator[bytes]:
    """A made-up older version in which events were called `event`, and the response's time was in milliseconds."""
    for line in old:
        row = json.loads(line)
        if row["k"] == "head":
            row["schema"] = "llm-cassette/1"
        if row["k"] == "event":
            row["k"] = "ev"
        if row["k"] == "res":
            row["t"] *= 1000
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def older(change: Callable[[bytes], bytes] = bytes) -> bytes:
    """The example as the made-up version would have written it, with a right hash."""
    body = lines(*ALL[:12]).replace(b'"k":"ev"', b'"k":"event"').replace(b'"t":700', b'"t":7')
    body = body.replace(b"llm-cassette/1", b"llm-cassette/0")
    seal = json.loads(LINES[12])
    seal["sha256"] = taped.sha256(body)
    return change(body) + json.dumps(seal, separators=(",", ":")).encode() + b"\n"


TABLE = {"llm-cassette/0": Migration("llm-cassette/1", old_to_one)}


def test_an_older_version_is_read_through_its_migration() -> None:
    """Bodies are read lazily all the same, and writing makes the migration permanent."""
    cassette = read_lines(MemoryLines(older()), source="x", migrations=TABLE)

    assert cassette.exchanges[0].response is not None
    assert cassette.exchanges[0].response.at_us == 7000
    assert [chunk.data for chunk in cassette.exchanges[0].response.chunks] == [
        taped.EVENT[:20],
        taped.EVENT[20:],
        taped.EVENT,
    ]
    assert taped.written(cassette).replace(b'"t":7000', b'"t":700') == EXAMPLE.replace(
        LINES[12], taped.written(cassette).splitlines(keepends=True)[-1]
    )


def test_the_hash_of_an_older_version_is_checked_on_its_own_lines() -> None:
    """A migration must not hide that a file was changed."""
    changed = older(lambda body: body.replace(b"http:", b"ftp:"))

    with pytest.raises(HashMismatch):
        read_lines(MemoryLines(changed), migrations=TABLE)
    unchecked = read_lines(MemoryLines(changed), migrations=TABLE, check_hash=False)
    assert unchecked.exchanges[0].request.url.startswith("ftp:")
    with pytest.raises(TruncatedCassette):
        read_lines(MemoryLines(b"".join(older().splitlines(keepends=True)[:-1])), migrations=TABLE)


def test_migrations_follow_one_another() -> None:
    """Two versions back are two steps."""
    table = {**TABLE, "llm-cassette/00": Migration("llm-cassette/0", iter)}
    steps = steps_from("llm-cassette/00", "x", table)

    assert [step.to for step in steps] == ["llm-cassette/0", "llm-cassette/1"]
    assert list(MigratedLines(MemoryLines(older()), steps)) == list(old_to_one(MemoryLines(older())))
    assert MigratedLines(MemoryLines(older()), steps).first(20) == LINES[0][:20]


def test_a_body_that_changed_under_the_reader_is_noticed() -> None:
    """A file that was replaced after it was read gives an error, not another body."""
    for rows in (LINES[3:5], [*LINES[3:6], LINES[5]], [LINES[3], LINES[6]]):
        with pytest.raises(RowError, match="not what it was"):
            list(chunks_of(rows, source="x"))


def test_chunks_without_bytes_are_kept() -> None:
    """Also at the beginning, at the end, and as a whole body."""
    for pieces in ([b""], [b"", b"a", b"", b"", b"b", b""], [b"", b""], []):
        again = taped.read(taped.written(taped.cassette(taped.exchange(*pieces))))

        assert taped.loaded(again)[0].response == taped.exchange(*pieces).response


def test_a_body_of_many_small_chunks_spreads_over_several_wire_rows() -> None:
    """A wire row describes at most 1,024 chunks, and stands ahead of the rows that hold them."""
    body = taped.EVENT * 500
    pieces = [body[at : at + 3] for at in range(0, len(body), 3)]
    data = taped.written(taped.cassette(taped.exchange(*pieces)))
    wires = [row for line in data.splitlines() if (row := json.loads(line))["k"] == "wire"]

    assert [len(row["at"]) for row in wires] == [1024] * (len(pieces) // 1024) + [len(pieces) % 1024]
    assert taped.loaded(taped.read(data))[0].response == taped.exchange(*pieces).response


def test_one_huge_event_is_cut_into_rows_of_at_most_64_kib() -> None:
    """So that it can be read in flat memory; between characters, so that it stays text."""
    event = b"data: " + "é".encode() * 150_000 + b"\n\n"
    data = taped.written(taped.cassette(taped.exchange(event[:100_001], event[100_001:])))
    rows = [row for line in data.splitlines() if (row := json.loads(line))["k"] == "ev"]

    assert all("s" in row and len(row["s"].encode()) <= 65_536 for row in rows)
    assert len(rows) == 5
    response = taped.loaded(taped.read(data))[0].response
    assert response is not None
    assert list(response.chunks) == [Chunk(0, event[:100_001]), Chunk(1000, event[100_001:])]

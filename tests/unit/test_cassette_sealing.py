"""Part files that are read to be sealed: damaged ones, repeated rows, rows of other writers."""

from __future__ import annotations

import pytest

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.exchange import Chunk, Redaction, Response
from harness.cassettes.sealing import read_part
from harness.errors import NotACassette, RowError, UnknownSchema
from tests import taped
from tests.recording_in_memory import REQUEST, Tape

HEAD = taped.HEAD_LINE


BROKEN_PARTS: dict[str, tuple[bytes, type[Exception], int | None]] = {
    "empty": (b"", NotACassette, None),
    "something else": (b"data: x\n\n", NotACassette, None),
    "another version": (HEAD.replace(b"/1", b"/2"), UnknownSchema, 1),
    "a broken row in the middle": (HEAD + b'{"k":\n{"k":"ev","i":0,"s":""}\n', RowError, 2),
    "a sealed row": (HEAD + b'{"k":"wire","i":0,"at":[0],"len":[0]}\n', RowError, 2),
    "a chunk of no exchange": (HEAD + b'{"k":"c","i":0,"at":0,"s":""}\n', RowError, 2),
    "an end of no exchange": (HEAD + b'{"k":"end","i":0,"how":"reset","t":0}\n', RowError, 2),
    "a head in the middle": (HEAD + HEAD, RowError, 2),
}


@pytest.mark.parametrize(("data", "kind", "line"), BROKEN_PARTS.values(), ids=BROKEN_PARTS)
def test_a_part_file_that_is_damaged_before_its_end_is_refused(
    data: bytes, kind: type[NotACassette], line: int | None
) -> None:
    """Recovery guesses nothing."""
    with pytest.raises(kind) as caught:
        read_part(MemoryLines(data), source="x.part")

    assert caught.value.where == ("x.part" if line is None else f"x.part:{line}")
    assert caught.value.hint


def test_rows_of_a_part_file_that_come_twice_are_refused() -> None:
    """Two recorders wrote into one file, or somebody edited it."""
    tape = Tape()
    take = tape.recording.begin(REQUEST, 1)
    take.respond(Response(200, taped.SSE), 2)
    head, req, res = tape.data.splitlines(keepends=True)
    chunk = b'{"k":"c","i":0,"at":0,"s":""}\n'

    for data, line in ((head + req + req, 3), (head + req + res + res, 4), (head + req + chunk, 3)):
        with pytest.raises(RowError) as caught:
            read_part(MemoryLines(data), source="x.part")
        assert caught.value.where == f"x.part:{line}"


def test_totals_of_redactions_replace_earlier_ones() -> None:
    """The rows hold totals so far."""
    req = (
        b'{"k":"req","i":0,"t":0,"method":"GET","url":"","headers":[],"redactions":[["request.url","a",1]]}\n'
    )
    end = b'{"k":"end","i":0,"how":"reset","t":0,"redactions":[["request.url","a",3],["ending.message","b",1]]}\n'
    [exchange] = read_part(MemoryLines(HEAD + req + end)).cassette.exchanges

    assert exchange.redactions == (Redaction("request.url", "a", 3), Redaction("ending.message", "b", 1))


def test_rows_of_another_writer_may_have_spaces_and_another_order() -> None:
    """The format does not ask for either; only our own writer has one way."""
    rows = [
        HEAD,
        b'{"i": 0, "k": "req", "t": 0, "url": "", "method": "GET", "headers": []}\n',
        b'{"status": 200, "k": "res", "i": 0, "t": 0, "http": "HTTP/2", "headers": []}\n',
        b'{"s": "ab", "at": 4, "i": 0, "k": "c", "more": 1}\n',
        b'{ "k":"c", "i":0, "at":4, "s":"c"}\n',
    ]
    [exchange] = read_part(MemoryLines(b"".join(rows))).cassette.exchanges

    assert exchange.response is not None
    assert list(exchange.response.chunks) == [Chunk(4, b"abc")]

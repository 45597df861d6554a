"""The written specification is true: its example is a cassette, and its code reads it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.recording import Recording
from harness.cassettes.rows import SCHEMA, End, Head, Key, Piece, Req, Res, Row, Seal, Wire
from harness.cassettes.sealing import read_part
from tests import taped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PAGE = Path(__file__).parents[2] / "docs" / "cassette-format.md"


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page in one language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def test_the_example_is_a_cassette_that_would_be_written_just_so() -> None:
    """It is read without a complaint, and written byte for byte."""
    sealed = blocks("jsonl")[0].encode()
    cassette = taped.read(sealed)

    assert taped.written(cassette) == sealed
    assert [item.ending.how for item in cassette.exchanges] == ["client_close", "timeout"]
    assert cassette.exchanges[1].response is None


def test_the_part_file_of_the_example_seals_to_the_example() -> None:
    """Both blocks show the same recording."""
    sealed, part = blocks("jsonl")
    found = read_part(MemoryLines(part.encode()))

    assert taped.written(found.cassette) == sealed.encode()


def test_the_code_on_the_page_gives_back_the_chunks() -> None:
    """A reader that was written from the page gets what our own reader gets."""
    space: dict[str, Any] = {"base64": base64}
    exec(compile(blocks("python")[0], str(PAGE), "exec"), space)  # noqa: S102 - the page's own code
    chunks: Callable[[Iterable[Any]], Iterable[tuple[int, bytes]]] = space["chunks"]
    sealed = blocks("jsonl")[0].encode()
    rows = [json.loads(line) for line in sealed.splitlines()]
    mine = [row for row in rows if row.get("i") == 0 and row["k"] in ("wire", "ev", "body")]
    response = taped.read(sealed).exchanges[0].response

    assert response is not None
    assert list(chunks(mine)) == list(response.chunks)
    assert response.body().decode() == 'event: greet\ndata: {"text":"grüße"}\n\ndata: ü'


@pytest.mark.parametrize("row", [Head, Req, Key, Res, Wire, End, Seal, Piece])
def test_every_member_of_every_row_is_explained(row: type[Row]) -> None:
    """No member is written that the page does not name."""
    text = PAGE.read_text(encoding="utf-8")

    for member in row.__struct_fields__:
        assert re.search(rf"`{member}`", text), member
    assert f"`{SCHEMA}`" in text


def test_the_head_of_a_recording_says_what_the_page_says() -> None:
    """The mark of a part holds the index of its first exchange."""
    rows: list[bytes] = []
    Recording(
        {"tool": "x"}, redactor=taped.Holding(), detector=taped.Blind(), sink=rows.append, first_index=3
    )

    assert rows == [b'{"k":"head","schema":"llm-cassette/1","tool":"x","part":{"first":3}}\n']

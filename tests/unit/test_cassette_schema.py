"""The published JSON Schema of rows says what the reader and the writer do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from harness import bundled
from harness.cassettes.exchange import Ending, How, Response
from harness.cassettes.recording import Recording
from harness.cassettes.rows import decode
from harness.errors import CassetteError
from tests import taped

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cassettes.exchange import Cassette

SCHEMA: dict[str, Any] = json.loads(bundled.spec_text("cassette/llm-cassette-1.schema.json"))
ROWS = Draft202012Validator(SCHEMA)
BY_KIND = {
    kind: Draft202012Validator({**SCHEMA["$defs"][kind], "$defs": SCHEMA["$defs"]})
    for kind in SCHEMA["properties"]["k"]["enum"]
}


def shipped() -> list[Path]:
    """The cassettes that lie in the repository."""
    return sorted(bundled.folder("cassettes").rglob("*.cassette.jsonl"))


def test_the_schema_is_a_schema() -> None:
    """It is valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=40)
@given(taped.cassettes)
def test_every_row_that_is_written_is_valid(cassette: Cassette) -> None:
    """Whatever is recorded, its rows are as the schema says."""
    for line in taped.written(cassette).split(b"\n")[:-1]:
        ROWS.validate(json.loads(line))


def test_every_row_of_a_recording_is_valid() -> None:
    """The rows of a `.part` file are in the schema too."""
    rows: list[bytes] = []
    recording = Recording(
        taped.HEAD, redactor=taped.Holding([3, 1]), detector=taped.Blind(), sink=rows.append
    )
    take = recording.begin(taped.exchange().request, 4)
    take.respond(Response(200, taped.SSE), 5)
    take.chunk(taped.EVENT, 6)
    take.chunk(taped.EVENT, 7)
    take.end(Ending(How.RESET, 9, "ReadError", "gone"))
    kinds = []
    for line in b"".join(rows).splitlines():
        row = json.loads(line)
        ROWS.validate(row)
        kinds.append(row["k"])

    assert kinds == ["head", "req", "res", "c", "c", "c", "c", "end"]


@pytest.mark.parametrize(
    "path", shipped(), ids=lambda path: "/".join(path.parts[-3:]).removesuffix(".cassette.jsonl")
)
def test_every_row_of_a_shipped_cassette_is_valid(path: Path) -> None:
    """What other tools find in the repository is what they were promised."""
    for line in path.read_bytes().split(b"\n")[:-1]:
        row = json.loads(line)
        BY_KIND[row["k"]].validate(row)


GOOD: dict[str, dict[str, Any]] = {
    "head": {"schema": "llm-cassette/1"},
    "req": {"i": 0, "t": 0, "method": "GET", "url": "http://x/", "headers": [["a", "b"]]},
    "key": {"i": 0},
    "res": {"i": 0, "t": 0, "http": "HTTP/1.1", "status": 200, "headers": []},
    "wire": {"i": 0, "at": [0], "len": [1]},
    "ev": {"i": 0, "s": "x"},
    "body": {"i": 0, "b64": "/w=="},
    "c": {"i": 0, "at": 0, "s": "x"},
    "end": {"i": 0, "how": "complete", "t": 1},
    "seal": {"interactions": 0, "sha256": "0" * 64},
}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("head", {"schema": 1}),
    ("req", {"i": -1}),
    ("req", {"t": 0.5}),
    ("req", {"headers": [["a"]]}),
    ("req", {"headers": [["a", "b", "c"]]}),
    ("res", {"status": "200"}),
    ("wire", {"at": []}),
    ("wire", {"len": [0] * 1025}),
    ("wire", {"len": [-1]}),
    ("ev", {"s": 1}),
    ("body", {"b64": "?"}),
    ("end", {"how": "bored"}),
    ("end", {"t": True}),
    ("end", {"sha256": "0"}),
    ("seal", {"interactions": None}),
    ("seal", {"sha256": "G" * 64}),
]


@pytest.mark.parametrize("kind", GOOD)
def test_the_schema_accepts_what_the_reader_accepts(kind: str) -> None:
    """A smallest row of each kind, and one with a member that nobody knows."""
    for row in ({"k": kind, **GOOD[kind]}, {"k": kind, **GOOD[kind], "later": {}}):
        assert ROWS.is_valid(row)
        assert decode(json.dumps(row).encode(), "x", 1).__struct_config__.tag == kind


@pytest.mark.parametrize(
    ("kind", "wrong"), WRONG, ids=lambda item: item if isinstance(item, str) else json.dumps(item)[:24]
)
def test_the_schema_refuses_what_the_reader_refuses(kind: str, wrong: dict[str, Any]) -> None:
    """A member of the wrong type or out of range is refused by both."""
    row = {"k": kind, **GOOD[kind], **wrong}

    assert not ROWS.is_valid(row)
    with pytest.raises(CassetteError):
        decode(json.dumps(row).encode(), "x", 1)


@pytest.mark.parametrize(
    ("kind", "member"),
    [(kind, member) for kind, row in GOOD.items() for member in row if member not in ("s", "b64")],
)
def test_what_is_required_is_required_by_both(kind: str, member: str) -> None:
    """No row is whole without any of these."""
    row = {"k": kind, **{name: value for name, value in GOOD[kind].items() if name != member}}

    assert not ROWS.is_valid(row)
    with pytest.raises(CassetteError):
        decode(json.dumps(row).encode(), "x", 1)

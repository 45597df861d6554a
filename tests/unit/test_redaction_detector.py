"""The detector: a second look with rules of its own."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from harness.cassettes.redaction.detector import Detector, Sighting
from harness.cassettes.redaction.placeholder import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = 'Zk3v"Q9/xLm+2TtY 7wRé'
KEYS = [
    "sk-proj-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", "sk-ant-api03-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO",
    "sk-4f9a27c1d35be8806f1e2d9c7ab34560", "gsk_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", "AKIAQX3V9LM2TTY7WRB4",
    "xai-Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", "AIzaSyD3k9QxLm2TtY7wRb4HnCe8JpDs6FgUa1K",
    "r8_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K",
    "hf_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1K", "ghp_Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6FgUa1KiO", "glpat-Zk3vQ9xLm2TtY7wRb4Hn",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "frame", ['{{"k":"c","t":"{}"}}', "{}", '{{"t":"\\n{} and"}}', "a=%20{}&b", "Bearer {}\n"]
)
def test_a_live_looking_key_is_seen_where_it_stands(key: str, frame: str) -> None:
    """Whatever row it is in."""
    row = frame.format(key).encode()
    start = row.index(key.encode())
    assert Detector().find(row) == [Sighting("key-like token", start, start + len(key))]


@pytest.mark.parametrize(
    "disguise",
    [
        lambda value: value,
        json.dumps,
        lambda value: json.dumps(value, ensure_ascii=False),
        lambda value: json.dumps(json.dumps(value)),
        lambda value: json.dumps(json.dumps(json.dumps(value))),
        lambda value: json.dumps(value).replace("/", "\\/"),
        quote,
        lambda value: quote(value, safe=""),
        lambda value: b64encode(value.encode()).decode(),
        lambda value: b64encode(b"u:" + value.encode()).decode(),
        lambda value: b64encode(b"us:" + value.encode() + b"!").decode(),
    ],
)
def test_a_known_value_is_seen_in_every_disguise(disguise: Callable[[str], str]) -> None:
    """Also where the redactor would have had to decode."""
    row = f"aaa {disguise(VALUE)} zzz".encode()
    found = Detector(values={"MY_KEY": VALUE}).find(row)
    assert found
    assert {sighting.label for sighting in found} == {"MY_KEY"}
    assert all(3 < sighting.start < sighting.stop < len(row) - 3 for sighting in found)


def test_what_a_row_holds_in_base64_is_looked_into() -> None:
    """Chunks that are no text are kept in base64."""
    row = b'{"k":"c","b64":"' + b64encode(b"\xff\x00 " + KEYS[0].encode() + b" ") + b'"}\n'
    (seen,) = Detector().find(row)
    assert row[seen.start - 1 : seen.start] == row[seen.stop : seen.stop + 1] == b'"'


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("length", [8, 20, 51, 164])
def test_placeholders_are_no_sightings(key: str, length: int) -> None:
    """Whatever their label and length, and beside whatever they stand."""
    hidden = placeholder("OPENAI_API_KEY", length)
    row = f'{{"a":"Bearer {hidden}","b":"{key[:5]}{hidden}"}}'.encode()
    assert Detector(values={"K": key}).find(row) == []


def test_values_too_short_to_be_told_apart_are_not_looked_for() -> None:
    """Three letters are in every second row."""
    assert Detector(values={"K": "abc"}).find(b"abc abc") == []

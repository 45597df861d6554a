"""Real recordings of many servers: plain bodies are taken as they are, drawn, and equal to themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.difference import differences
from harness.cassettes.drawing import draw
from harness.cassettes.foreign import detect, read_foreign
from harness.cassettes.vcr import read_vcr
from harness.cassettes.vcr_export import write_vcr

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.corpus

SAMPLE = 7
"""Every seventh recording: all servers are among them, and the test stays short."""


def recordings(corpus: Path) -> list[tuple[Path, dict[str, Any]]]:
    """A sample of the streams, each with what is known of it."""
    found = sorted(corpus.glob("*/*/*.sse"))[::SAMPLE]
    return [(path, json.loads(path.with_suffix(".json").read_bytes())) for path in found]


def given_request(known: dict[str, Any]) -> bytes:
    """The request of a recording, as `--request` takes it."""
    return json.dumps(
        {
            "method": known["method"] or "POST",
            "url": f"https://{known['host'] or 'unknown'}{known['path'] or '/'}",
            "headers": known["request_headers_redacted"] or {},
            "json": known["request_body"],
        }
    ).encode()


def test_every_stream_is_known_as_one_and_kept_byte_for_byte(corpus: Path) -> None:
    """Whatever the server, its body is not changed by reading it."""
    sampled = recordings(corpus)
    assert len(sampled) > 200

    for path, known in sampled:
        data = path.read_bytes()
        assert detect(data, "unnamed") == "sse", path.name
        (exchange,) = read_foreign(data, path.name, request=given_request(known)).exchanges
        assert exchange.response is not None
        assert exchange.response.body() == data, path.name
        assert exchange.request.method == known["method"], path.name


def test_every_stream_can_be_drawn_and_is_equal_to_itself(corpus: Path) -> None:
    """One line an event, as many as the corpus counted, and nothing that fails."""
    for path, known in recordings(corpus):
        cassette = read_foreign(path.read_bytes(), path.name, request=given_request(known))
        lines = list(draw(cassette, width=120))
        events = f" {known['events']:,} event{'' if known['events'] == 1 else 's'}, "
        assert any(events in line for line in lines[-3:]), path.name
        assert all(len(line) <= 120 for line in lines), path.name
        assert differences(cassette, cassette) == [], path.name


def test_every_stream_comes_back_from_vcrpy_yaml(corpus: Path) -> None:
    """The bytes survive vcrpy's serializer; the head does where vcrpy keeps metadata (9.4 and later)."""
    for path, known in recordings(corpus)[::6]:
        cassette = read_foreign(path.read_bytes(), path.name, request=given_request(known))
        exported = write_vcr(cassette)
        again = read_vcr(exported, name=path.name)
        assert again.exchanges == cassette.exchanges, path.name
        assert b"\nmetadata:" not in exported or again.head == cassette.head, path.name


def test_whole_answers_are_drawn_too(corpus: Path) -> None:
    """The corpus keeps answers without a stream as parsed JSON."""
    index = (corpus / "index_sync.jsonl").read_text("utf-8").splitlines()[::SAMPLE]
    for row in map(json.loads, index):
        known = json.loads((corpus / row["file"]).read_bytes())
        data = json.dumps(known["response"]).encode()
        cassette = read_foreign(data, row["file"])
        assert len(list(draw(cassette))) >= 5

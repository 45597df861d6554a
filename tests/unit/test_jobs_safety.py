"""No job writes a file in which something still looks like a live key."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.redaction.detector import Detector
from harness.errors import SecretFound
from harness.jobs.safety import secrets_in_compressed, secrets_in_deltas, write_safely

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Zq8vKx2LpW7nRt5Y"


def _cassette(body: bytes, *, zipped: bool, cut: int = 0) -> Cassette:
    headers = (("content-encoding", "gzip"),) if zipped else ()
    data = gzip.compress(body) if zipped else body
    chunks = (Chunk(0, data[:cut]), Chunk(1, data[cut:]))
    exchange = Exchange(
        0, Request("GET", "https://a.example/"), Response(200, headers, chunks), Ending(How.COMPLETE)
    )
    return Cassette({"tool": "t", "recorded": "2026-01-02T03:04:05Z"}, [exchange])


@pytest.mark.parametrize("zipped", [False, True])
def test_nothing_is_written_that_holds_a_known_secret(tmp_path: Path, zipped: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """In the open or compressed; what lay there stays, and the value is not named."""
    path = tmp_path / "x.cassette.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(SecretFound) as caught:
        write_safely(_cassette(b"key " + SECRET.encode(), zipped=zipped), path, values={"MY_KEY": SECRET})
    assert path.read_bytes() == b"old"
    assert SECRET not in str(caught.value)
    assert "MY_KEY" in str(caught.value)


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_secret_on_a_border_of_compressed_chunks_is_seen(cut: int) -> None:
    """Wherever the wire cut the body."""
    body = b"x" * 40 + SECRET.encode() + b"y" * 40
    detector = Detector(values={"MY_KEY": SECRET})
    assert list(secrets_in_compressed(_cassette(body, zipped=True, cut=cut), detector)) == [(0, "MY_KEY")]


def test_a_body_that_is_not_in_its_coding_is_passed_over(tmp_path: Path) -> None:
    """Nobody can read a secret out of it; the recording is written."""
    exchange = Exchange(
        0,
        Request("GET", "https://a.example/"),
        Response(200, (("content-encoding", "gzip"),), (Chunk(0, b"not gzip"),)),
        Ending(How.COMPLETE),
    )
    path = tmp_path / "x.cassette.jsonl"
    write_safely(Cassette({"tool": "t", "recorded": "2026-01-02T03:04:05Z"}, [exchange]), path, values={})
    assert path.exists()


@pytest.mark.parametrize("size", [1, 4, 10, 15])
@pytest.mark.parametrize(
    "event",
    [
        {"choices": [{"index": 0, "delta": {"content": "PIECE"}}]},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "PIECE"},
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "PIECE"}},
        {"candidates": [{"content": {"parts": [{"text": "PIECE"}]}}]},
    ],
)
def test_a_secret_that_is_spelled_by_several_events_is_seen(size: int, event: dict[str, object]) -> None:
    """A model that repeats a key streams it in pieces, none of which is one."""
    said = f"your key is {SECRET}, I think"
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    blocks = [f"data: {json.dumps(event)}\n\n".replace("PIECE", piece) for piece in pieces]
    cassette = _cassette("".join(blocks).encode(), zipped=False, cut=50)
    detector = Detector(values={"MY_KEY": SECRET})

    assert list(secrets_in_deltas(cassette, detector)) == [(0, "MY_KEY")]


def test_pieces_of_different_texts_spell_nothing() -> None:
    """Two choices that are streamed side by side are two texts."""
    halves = (SECRET[:8], SECRET[8:])
    blocks = [
        f"data: {json.dumps({'choices': [{'index': 0}, {'delta': {'content': half}}][number:]})}\n\n"
        for number, half in enumerate(halves)
    ]
    detector = Detector(values={"MY_KEY": SECRET})

    assert list(secrets_in_deltas(_cassette("".join(blocks).encode(), zipped=False), detector)) == []

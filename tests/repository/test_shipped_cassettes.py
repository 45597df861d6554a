"""The shipped cassettes are whole, clean, described, and come back as they are."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import httpx2
import pytest

import harness
from harness import bundled
from harness.cassettes.content_coding import decoded_chunks
from harness.cassettes.exchange import Cassette, Exchange, How, Request, header
from harness.cassettes.redaction.detector import Detector

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

FOLDER = bundled.folder("cassettes")
SUFFIX = ".cassette.jsonl"
PATHS = sorted(FOLDER.rglob(f"*{SUFFIX}"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")
LIMIT_BYTES = 2_000_000


def name_of(path: Path) -> str:
    """`server/dialect/scenario`."""
    return path.relative_to(FOLDER).as_posix().removesuffix(SUFFIX)


class Row(NamedTuple):
    """One row of the README's tables; of several exchanges each has its figures."""

    status: tuple[str, ...]
    events: tuple[str, ...]
    chunks: tuple[str, ...]
    size: tuple[str, ...]
    ending: tuple[str, ...]
    remark: str


def readme_rows() -> dict[str, Row]:
    """Every row of the README's tables, by `server/dialect/scenario`."""
    rows: dict[str, Row] = {}
    section = ""
    for line in README.splitlines():
        if line.startswith("### "):
            section = line.removeprefix("### ")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) == 7:
            status, events, chunks, size, ending = (tuple(cell.split(" + ")) for cell in cells[1:6])
            name = f"{section}/{cells[0].strip('` ')}"
            rows[name] = Row(status, events, chunks, size, ending, remark=cells[6])
    return rows


ROWS = readme_rows()
each = pytest.mark.parametrize("path", PATHS, ids=name_of)


def chunk_lengths(exchange: Exchange) -> list[int]:
    """Where the body was cut on the wire."""
    return [len(chunk.data) for chunk in exchange.response.chunks] if exchange.response is not None else []


def event_count(exchange: Exchange) -> str:
    """How many events a client sees, or `whole` where the body is no event stream."""
    response = exchange.response
    if response is None or "text/event-stream" not in (header(response.headers, "content-type") or ""):
        return "whole"
    decoder = harness.Decoder()
    events = [*decoder.feed(response.body()), *decoder.finish()]
    return str(sum(event.dispatched for event in events))


def ask_again(client: Any, transport_error: type[Exception], exchange: Exchange) -> None:
    """Send a recorded request again, read as much as its first client did, and leave in the same way."""
    sent = exchange.request
    request = client.build_request(sent.method, sent.url, headers=list(sent.headers), content=sent.body)
    wanted = sum(chunk_lengths(exchange))
    leaves = exchange.ending.how is How.CLIENT_CLOSE
    try:
        response = client.send(request, stream=True)
        read = 0
        for data in () if leaves and not wanted else response.iter_raw():
            read += len(data)
            if leaves and read >= wanted:
                break
        response.close()
    except transport_error:
        assert exchange.ending.how is not How.COMPLETE


def end_to_end(request: Request) -> tuple[object, ...]:
    """A request without the field that each client and proxy sets for its own connection, in any order."""
    fields = sorted((name.lower(), value) for name, value in request.headers)
    return request.method, request.url, request.body, [it for it in fields if it[0] != "connection"]


def record_replay(path: Path, again: Path, module: ModuleType, *, raw_encoding: bool) -> Cassette:
    """Replay a cassette in-process, and record what comes into another."""
    with (
        harness.cassette(path, mode="none") as played,
        harness.cassette(again, mode="rewrite", raw_encoding=raw_encoding) as tape,
        module.Client(transport=tape.transport(module, played.transport(module))) as client,
    ):
        for exchange in harness.read_cassette(path).exchanges:
            ask_again(client, module.TransportError, exchange)
        assert not played.unplayed
    recorded: Cassette = harness.read_cassette(again)
    return recorded


def without_times(path: Path) -> list[dict[str, Any]]:
    """The rows of a cassette without times, and without the seal's hash, which covers them."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for name in {"head": ("recorded",), "seal": ("sha256",)}.get(row["k"], ("t", "at")):
            row.pop(name, None)
        rows.append(row)
    return rows


def test_there_are_cassettes_of_every_server_and_together_they_are_small() -> None:
    """The corpus covers four servers, and a clone stays quick."""
    servers = {name_of(path).split("/")[0] for path in PATHS}
    assert {"litellm", "llama-cpp-python", "llama-server", "transformers"} <= servers
    assert sum(path.stat().st_size for path in PATHS) < LIMIT_BYTES


def test_nothing_unsealed_is_shipped() -> None:
    """No recording was left open."""
    assert not list(FOLDER.rglob("*.part*"))


def test_the_readme_describes_exactly_the_cassettes_that_are_shipped() -> None:
    """No cassette without a row, no row without a cassette."""
    assert sorted(ROWS) == [name_of(path) for path in PATHS]


@each
def test_its_readme_row_tells_what_is_in_it(path: Path) -> None:
    """Status, events, chunks, bytes and ending of every exchange are those of the README."""
    row = ROWS[name_of(path)]
    exchanges = harness.read_cassette(path).exchanges
    responses = [exchange.response for exchange in exchanges]
    assert row.status == tuple("none" if head is None else str(head.status) for head in responses)
    assert row.events == tuple(event_count(exchange) for exchange in exchanges)
    assert row.chunks == tuple(str(len(chunk_lengths(exchange))) for exchange in exchanges)
    assert row.size == tuple(str(sum(chunk_lengths(exchange))) for exchange in exchanges)
    assert row.ending == tuple(exchange.ending.how.value for exchange in exchanges)
    assert row.remark


@each
def test_it_is_written_byte_for_byte_as_it_was_read(path: Path, tmp_path: Path) -> None:
    """Reading verifies every hash; writing what was read gives the same file."""
    again = tmp_path / "again.cassette.jsonl"
    harness.write_cassette(harness.read_cassette(path), again)
    assert again.read_bytes() == path.read_bytes()


@each
def test_it_holds_no_secret(path: Path) -> None:
    """Neither the file nor any body, decompressed, holds what looks like a key; no key went unredacted."""
    detector = Detector()
    assert detector.find(path.read_bytes()) == []
    for exchange in harness.read_cassette(path).exchanges:
        key = header(exchange.request.headers, "authorization")
        assert key is not None
        assert "redacted-" in key
        if exchange.response is not None:
            headers, chunks = exchange.response.headers, exchange.response.chunks
            body = b"".join(chunk.data for chunk in decoded_chunks(headers, chunks))
            assert detector.find(body) == []


@each
def test_it_names_no_path_of_the_machine_that_recorded_it(path: Path) -> None:
    """Tracebacks and model folders do not tell where they were."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"site-packages|/(?:home|root|tmp|Users|work|opt)/|[A-Z]:\\\\", text)


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
@each
def test_recorded_from_its_replay_it_is_the_same(path: Path, module: ModuleType, tmp_path: Path) -> None:
    """The same bytes in the same chunks with the same ending; and recorded twice, the same but for times."""
    first_path, second_path = tmp_path / "first.cassette.jsonl", tmp_path / "second.cassette.jsonl"
    original = harness.read_cassette(path)
    raw_encoding = any(
        header(exchange.request.headers, "accept-encoding") != "identity" for exchange in original.exchanges
    )
    first = record_replay(path, first_path, module, raw_encoding=raw_encoding)
    assert len(first.exchanges) == len(original.exchanges)
    for ours, theirs in zip(first.exchanges, original.exchanges, strict=True):
        assert end_to_end(ours.request) == end_to_end(theirs.request)
        assert ours.ending.how is theirs.ending.how
        # A proxy notices that its client has gone by an exception of its own; a client that goes meets none.
        if theirs.ending.how is not How.CLIENT_CLOSE:
            assert ours.ending.exception == theirs.ending.exception
        assert (ours.response is None) == (theirs.response is None)
        assert chunk_lengths(ours) == chunk_lengths(theirs)
        if ours.response is not None and theirs.response is not None:
            assert ours.response.status == theirs.response.status
            assert ours.response.headers == theirs.response.headers
            assert ours.response.body() == theirs.response.body()
    record_replay(path, second_path, module, raw_encoding=raw_encoding)
    assert without_times(first_path) == without_times(second_path)

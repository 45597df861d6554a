"""Every answer of the corpus as an upstream's exchange, streamed and whole, whatever its dialect and however broken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.translation.profiles import UpstreamDialect

READ = 1448


class Answer(NamedTuple):
    """One answer of the corpus.

    Args:
        name: Its file.
        dialect: What it speaks.
        exchange: With the request, where that is known.
        row: Its row of the index.
    """

    name: str
    dialect: UpstreamDialect
    exchange: Exchange
    row: dict[str, Any]

    @property
    def body(self) -> bytes:
        """Its bytes."""
        response = self.exchange.response
        return b"".join(chunk.data for chunk in response.chunks) if response is not None else b""

    def cut(self, *borders: int) -> Exchange:
        """The same answer in other reads, which end at these places; the last is where the body ends."""
        body, at, chunks = self.body, 0, []
        for border in borders:
            chunks.append(Chunk(0, body[at:border]))
            at = border
        return self.with_chunks(tuple(chunks))

    def with_chunks(self, chunks: tuple[Chunk, ...]) -> Exchange:
        """The same answer with another body."""
        given = self.exchange.response
        assert given is not None
        response = Response(given.status, given.headers, chunks)
        return Exchange(0, self.exchange.request, response, self.exchange.ending)


def streams(corpus: Path, *dialects: str) -> Iterator[Answer]:
    """Every stream, or those of some dialects."""
    for row in _rows(corpus, "index.jsonl"):
        if not dialects or row["dialect"] in dialects:
            data = (corpus / row["file"]).read_bytes()
            known = json.loads((corpus / row["file"]).with_suffix(".json").read_bytes())
            chunks = tuple(Chunk(0, data[at : at + READ]) for at in range(0, len(data), READ))
            request = _request(_counted(known["request_body"], row["dialect"]), known["path"])
            yield _answer(row, request, chunks, "text/event-stream")


def whole_answers(corpus: Path, *dialects: str) -> Iterator[Answer]:
    """Every whole answer, or those of some dialects; errors are among them."""
    for row in _rows(corpus, "index_sync.jsonl"):
        if not dialects or row["dialect"] in dialects:
            known = json.loads((corpus / row["file"]).read_bytes())
            body = json.dumps(known["response"]).encode()
            request = _request(known["request"], row.get("path"))
            yield _answer(row, request, (Chunk(0, body),), "application/json")


def _rows(corpus: Path, index: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, (corpus / index).read_text("utf-8").splitlines())


def _counted(asked: object, dialect: str) -> object:
    """As the engine asks: always for the usage, so that an answer without it is upstream's own doing."""
    return (
        {**asked, "stream_options": {"include_usage": True}}
        if dialect == "chat" and isinstance(asked, dict)
        else asked
    )


def _request(asked: object, path: object) -> Request:
    if not isinstance(asked, dict):
        return Request("", "")
    return Request("POST", f"https://upstream.invalid{path or ''}", body=json.dumps(asked).encode())


def _answer(row: dict[str, Any], request: Request, chunks: tuple[Chunk, ...], kind: str) -> Answer:
    response = Response(row["status"] or 200, (("content-type", kind),), chunks)
    return Answer(row["file"], row["dialect"], Exchange(0, request, response, Ending(How.COMPLETE)), row)

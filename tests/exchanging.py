"""Requests and answers of tests, put together from values."""

from __future__ import annotations

import json
from typing import Any

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response

Json = dict[str, Any]
STREAM = (("content-type", "text/event-stream"), ("x-request-id", "req_1"))
WHOLE = (("content-type", "application/json"), ("x-request-id", "req_1"))


def line(value: Json) -> bytes:
    """JSON as servers write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def exchange(
    url: str, request: Json, pieces: list[bytes], status: int = 200, *, whole: bool = False
) -> Exchange:
    """A request for JSON, and an answer whose chunks came a millisecond apart."""
    chunks = tuple(Chunk(1000 * number, piece) for number, piece in enumerate(pieces))
    headers: tuple[tuple[str, str], ...] = WHOLE if whole else STREAM
    if status == 429:
        headers = (*headers, ("retry-after", "2"))
    response = Response(status, headers, chunks)
    sent = Request("POST", "http://host/v1/" + url, (), json.dumps(request).encode())
    return Exchange(0, sent, response, Ending(How.COMPLETE, 1000 * len(chunks)))

"""Exchanges as the page of the HTML report reads them: short names, bytes as Latin-1, times in milliseconds.

A body stands there byte for byte, one character a byte, so that the offsets of findings are the offsets of the text.
Long bodies are cut, and so is the whole page; what is left out is said where it would have stood.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.body_events import is_event_stream, timed_events
from harness.cassettes.content_coding import CodingError, codings, decoded_chunks
from harness.errors import HarnessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.cassettes.exchange import Chunk, Exchange, Headers, Request, Response
    from harness.reporting.conform.html_redact import Hidden
    from harness.results.result import Finding, Wire

MOST_OF_A_BODY: Final = 96 * 1024
"""Bytes from the start of a body that are shown."""
_AROUND: Final = 2048
"""Bytes before and after the place of a finding that are shown wherever it lies."""
_MOST_PLACES: Final = 24
_MOST_PARTS: Final = 6000
"""Chunks, and events, whose times are told."""

_SECRET: Final = ("authorization", "key", "token", "cookie", "secret")


def side_of(
    name: str,
    wires: Sequence[tuple[Wire, Exchange | None]],
    findings: Iterable[Finding],
    hidden: Hidden | None = None,
) -> list[dict[str, Any]]:
    """One side of a cell.

    Args:
        name: "client" or "upstream".
        wires: Its exchanges, each with what was read of it.
        findings: What was found in the cell: the places of this side are kept even in a body that is cut.
        hidden: Hides what messages say; None shows it.
    """
    places = [
        (place.exchange, place.start or 0, place.stop or place.start or 0)
        for one in findings
        for place in (one.where, one.earlier)
        if place is not None and place.side == name and place.start is not None
    ]
    return [
        _exchange(
            wire, exchange, [(start, stop) for number, start, stop in places if number == index], hidden
        )
        for index, (wire, exchange) in enumerate(wires)
    ]


def _exchange(
    wire: Wire, exchange: Exchange | None, places: list[tuple[int, int]], hidden: Hidden | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"file": wire.cassette, "index": wire.exchange, "at": wire.started}
    if exchange is None:
        return told | {"absent": "this exchange could not be read, or was not kept"}
    told["request"] = _request(exchange.request, hidden)
    response = exchange.response
    told["ending"] = {
        "how": exchange.ending.how.value,
        "at": _ms((response.at_us if response is not None else 0) + exchange.ending.at_us),
        "exception": exchange.ending.exception,
    }
    if response is not None:
        told["response"] = _response(response, places, hidden)
    return told


def _request(request: Request, hidden: Hidden | None) -> dict[str, Any]:
    body = hidden.body(request.body, events=False) if hidden is not None else request.body
    return {
        "line": f"{request.method} {request.url}",
        "headers": _headers(request.headers),
        "body": _pieces(body, []),
        "size": len(body),
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [
        [name, "(hidden)" if any(word in name.lower() for word in _SECRET) else value]
        for name, value in headers
    ]


def _response(response: Response, places: list[tuple[int, int]], hidden: Hidden | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "status": response.status,
        "reason": response.reason,
        "version": response.http_version,
        "headers": _headers(response.headers),
        "trailers": _headers(response.trailers),
        "at": _ms(response.at_us),
    }
    try:
        chunks = list(decoded_chunks(response.headers, response.chunks))
    except CodingError:
        chunks, told["note"] = list(response.chunks), "The body is not in the coding that its head names."
    else:
        if named := codings(response.headers):
            told["note"] = f"Shown with its {', '.join(named)} coding undone."
    body = b"".join(chunk.data for chunk in chunks)
    streams = is_event_stream(response)
    if streams:
        told["events"] = _events(chunks)
    if hidden is not None:
        body = hidden.body(body, events=streams)
    sizes = accumulate(len(chunk.data) for chunk in chunks)
    told["chunks"] = [
        [_ms(response.at_us + chunk.at_us), stop]
        for chunk, stop in zip(chunks, sizes, strict=True)
        if chunk.data
    ][:_MOST_PARTS]
    told["body"] = _pieces(body, places)
    told["size"] = len(body)
    return told


def _events(chunks: Iterable[Chunk]) -> list[list[int]]:
    """First byte, byte after the last, and index of each event that a client sees; -1 for other blocks."""
    found: list[list[int]] = []
    try:
        for one in timed_events((), chunks):
            event = one.event
            found.append([event.start, event.stop, event.index if event.dispatched else -1])
            if len(found) >= _MOST_PARTS:
                break
    except HarnessError:
        pass  # a block beyond the decoder's limit: what came before it is shown, and the bytes are
    return found


def _pieces(body: bytes, places: Iterable[tuple[int, int]]) -> list[list[Any]]:
    """What is shown of a body: offset and bytes of each piece, one character a byte, in order."""
    spans = [(0, min(len(body), MOST_OF_A_BODY))]
    for start, stop in sorted(places)[:_MOST_PLACES]:
        begin, end = max(0, start - _AROUND), min(len(body), min(stop, start + MOST_OF_A_BODY) + _AROUND)
        if begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((begin, end))
    return [[begin, body[begin:end].decode("latin-1")] for begin, end in spans if end > begin]


def _ms(microseconds: int) -> float:
    return round(microseconds / 1e3, 3)

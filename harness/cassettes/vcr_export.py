"""Writing cassettes that vcrpy can replay.

vcrpy keeps a body whole and forgets where its chunks were. An export therefore carries the wire in
`response.stream`, a key that vcrpy accepts, ignores and keeps when it saves the file again:

```
stream:
  at: 0 20113 40201          microseconds since the response's head, one number a chunk
  len: 138 32 97             bytes of each chunk
  end: 40310                 when the body ended
  head: 213400               from the request to the response's head
  request: 0                 from the start of the recording to the request
  order: content-type date   names of the response's fields as they came, where sorting them lost the order
  request_order: host accept the same of the request
```

and, only where they are needed, `request_headers` (pairs: vcrpy keeps one value a name), `http` (the
version), `trailers` and `redactions`. The cassette's head is the document's `metadata.harness`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.endings import ends_cleanly, with_tail
from harness.cassettes.exchange import How
from harness.errors import ExportRefused

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Exchange, Headers, Response


def unexportable(cassette: Cassette) -> list[tuple[int, str]]:
    """The exchanges that vcrpy's format cannot hold, each with the reason."""
    return [
        (exchange.index, reason)
        for exchange in cassette.exchanges
        if (reason := _obstacle(exchange)) is not None
    ]


def _obstacle(exchange: Exchange) -> str | None:
    if exchange.response is None:
        return "no response came"
    if exchange.response.status == 101 or exchange.request.url.startswith(("ws:", "wss:")):
        return "it is a WebSocket"
    if not _is_whole(exchange, exchange.response):
        return f"it ended with {exchange.ending.how.value}, and vcrpy knows only whole bodies"
    texts = [exchange.response.reason, *(text for pair in exchange.response.headers for text in pair)]
    if not all(text.isascii() for text in texts):
        return "its head is not ASCII, and vcrpy cannot replay that"
    return None


def _is_whole(exchange: Exchange, response: Response) -> bool:
    """Whether a reader of the whole body would have been given all of it, also where the client left after `[DONE]`."""
    if exchange.ending.how is How.COMPLETE:
        return True
    tail = bytearray()
    for _ in with_tail(response.chunks, tail):
        pass
    return ends_cleanly(exchange.ending, bytes(tail))


def write_vcr(cassette: Cassette) -> bytes:
    """Write a cassette as vcrpy YAML (ASCII), by vcrpy's own serializer.

    vcrpy replays it (the whole body at once); `read_vcr` gives back every chunk, time and field, also after
    vcrpy has loaded the file and saved it again.

    Raises:
        ExportRefused: It holds exchanges that YAML cannot hold: a body that is not whole, no response,
            a WebSocket, a head that is not ASCII. All are listed.
    """
    if refused := unexportable(cassette):
        raise ExportRefused(
            f"vcrpy's format cannot hold {len(refused)} of {len(cassette.exchanges)} exchanges",
            where=cassette.source or None,
            found="; ".join(f"exchange {index}: {reason}" for index, reason in refused),
            hint="keep it as a cassette of this tool, or export one without these exchanges",
        )
    from vcr.request import Request as VcrRequest  # noqa: PLC0415 - importing vcr costs a quarter of a second
    from vcr.serialize import serialize  # noqa: PLC0415
    from vcr.serializers import yamlserializer  # noqa: PLC0415

    requests: list[object] = []
    responses: list[object] = []
    for exchange in cassette.exchanges:
        request = exchange.request
        first_values: dict[str, str] = {}
        for field, value in request.headers:
            first_values.setdefault(field, value)
        requests.append(VcrRequest(request.method, request.url, request.body, first_values))
        responses.append(_response_document(exchange))
    text = serialize(
        {"requests": requests, "responses": responses, "metadata": {"harness": dict(cassette.head)}},
        yamlserializer,
    )
    return str(text).encode("ascii")


def _response_document(exchange: Exchange) -> dict[str, object]:
    response = exchange.response
    assert response is not None, "checked by unexportable"  # noqa: S101
    headers: dict[str, list[str]] = {}
    for field, value in response.headers:
        headers.setdefault(field, []).append(value)
    chunks = list(response.chunks)
    stream: dict[str, object] = {
        "at": " ".join(str(chunk.at_us) for chunk in chunks),
        "len": " ".join(str(len(chunk.data)) for chunk in chunks),
        "end": exchange.ending.at_us,
        "head": response.at_us,
        "request": exchange.at_us,
    }
    if exchange.ending.how is not How.COMPLETE:
        stream["how"] = exchange.ending.how.value
    stream |= _field_order("order", response.headers) | _request_fields(exchange.request.headers)
    if response.http_version != "HTTP/1.1":
        stream["http"] = response.http_version
    if response.trailers:
        stream["trailers"] = [list(pair) for pair in response.trailers]
    if exchange.redactions:
        stream["redactions"] = [list(redaction) for redaction in exchange.redactions]
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": headers,
        "body": {"string": b"".join(chunk.data for chunk in chunks)},
        "stream": stream,
    }


def _field_order(key: str, headers: Headers) -> dict[str, object]:
    names = [field for field, _ in headers]
    return {} if names == sorted(names) else {key: " ".join(names)}


def _request_fields(headers: Headers) -> dict[str, object]:
    if len({field.lower() for field, _ in headers}) < len(headers):
        return {"request_headers": [list(pair) for pair in headers]}
    return _field_order("request_order", headers)

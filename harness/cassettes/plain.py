"""Reading a bare response body: a `.sse` file, or one JSON answer.

Only the body is evidence. Its head, and the request where none is given, are made up so that every command
that takes a cassette can take the file; the cassette's head says so with `synthetic: true`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.imported import as_bytes, as_headers, imported_head
from harness.jsonvalue import compact, try_parse

if TYPE_CHECKING:
    from typing import Literal, TypeGuard

    from harness.jsonvalue import JsonValue

_CONTENT_TYPES = {"sse": "text/event-stream", "json": "application/json"}
_SOURCES = {"sse": "plain SSE body", "json": "plain JSON body"}


def read_plain(
    data: bytes, *, kind: Literal["sse", "json"] = "sse", request: bytes | None = None, name: str = ""
) -> Cassette:
    """Make a cassette of one response body.

    The exchange is complete, status 200, with the whole body as one chunk at 0 us.

    Args:
        data: The body, kept byte for byte.
        kind: What the body is; it chooses the `content-type`.
        request: The request that it answers. Either an object with `method` and at least one of `url`, `json` and
            `body` (and `headers`), or the bytes of the request body, sent by POST to an unknown URL ("").
        name: What to call it in messages; becomes the cassette's `source`.
    """
    response = Response(
        status=200,
        headers=(("content-type", _CONTENT_TYPES[kind]),),
        chunks=(Chunk(0, data),) if data else (),
        reason="OK",
    )
    exchange = Exchange(0, plain_request(request), response, Ending(How.COMPLETE))
    return Cassette(
        {**imported_head(_SOURCES[kind], "none", []), "synthetic": True}, (exchange,), source=name
    )


def plain_request(request: bytes | None) -> Request:
    """The request that a plain body answers; see `read_plain`."""
    if request is None:
        return Request("POST", "")
    _, value = try_parse(request)
    if not _is_whole_request(value):
        return Request("POST", "", (("content-type", "application/json"),), request)
    body = value.get("body")
    sent = compact(value["json"]).encode() if body is None and "json" in value else as_bytes(body)
    return Request(
        str(value["method"]).upper(), str(value.get("url", "")), as_headers(value.get("headers")), sent
    )


def _is_whole_request(value: object) -> TypeGuard[Mapping[str, JsonValue]]:
    """Whether it is a request with its method and body, and not a body: no API's body has a member `method`."""
    if not isinstance(value, Mapping) or not isinstance(value.get("method"), str):
        return False
    return isinstance(value.get("url"), str) or "json" in value or "body" in value

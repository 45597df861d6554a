"""What a test can hand over as a stream, and its lines."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.content_coding import decoded_chunks
from harness.cassettes.exchange import Cassette, Chunk, Exchange, How, Response
from harness.errors import UsageError
from harness.io.tape import Tape
from harness.sse.event import SseEvent
from harness.testing.placeholders import Members, Number, Placeholders
from harness.testing.stream_lines import line_of_value, lines_of_body, lines_of_events, lines_of_value, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_ORDINARY: Final = frozenset({How.COMPLETE, How.CLIENT_CLOSE})
"""Endings that say nothing: SDKs close the connection behind `[DONE]`."""

KINDS: Final = (
    "bytes, text, chunks, events (of harness, httpx-sse or an SDK, or dicts), an exchange or response of a cassette,"
    " a cassette, a tape that has played or recorded something, or a response of httpx"
)


def lines_of(value: object, placeholders: Placeholders) -> list[str]:
    """The lines of whatever a test has of a stream; see `KINDS`. Nothing of it is changed.

    Args:
        value: The stream. An iterator is used up.
        placeholders: What becomes of its ids and times.

    Raises:
        UsageError: It is none of these, or has not been read yet.
    """
    if isinstance(value, (Cassette, Exchange, Response)):
        return _recorded(value, placeholders)
    if isinstance(value, Tape):
        return _several(_exchanged(value), placeholders)
    if (body := _bytes(value)) is not None:
        return lines_of_body(body, placeholders)
    if hasattr(value, "status_code") and hasattr(type(value), "content"):
        return [*_status(value.status_code), *lines_of_body(_content(value), placeholders)]
    if isinstance(value, Mapping) or _is_model(value):
        return lines_of_value(_json(value), placeholders)
    if isinstance(value, AsyncIterable) and not isinstance(value, Iterable):
        raise UsageError(
            "an async stream cannot be read here",
            where="stream_snapshot",
            found=type(value).__name__,
            hint="collect it first: `[event async for event in stream]`",
        )
    is_several = isinstance(value, Iterable) and not isinstance(value, SseEvent)
    return _several(list(value) if is_several else [value], placeholders)  # type: ignore[call-overload]


def _bytes(value: object) -> bytes | None:
    """The bytes of a body, or of one chunk; None where it is neither."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value.data if isinstance(value, Chunk) else None


def _recorded(value: Cassette | Exchange | Response, placeholders: Placeholders) -> list[str]:
    if isinstance(value, Cassette):
        return _several(list(value.exchanges), placeholders)
    return _exchange(value, placeholders) if isinstance(value, Exchange) else _response(value, placeholders)


def _exchanged(tape: Tape) -> list[Exchange]:
    """What a tape has played and recorded so far, as it lies in its cassettes: no cut and no fault of a replay.

    Raises:
        UsageError: That is nothing.
    """
    from harness.testing.judged import used_subjects  # noqa: PLC0415 - it judges, too, which few snapshots need

    found: list[Exchange] = []
    for seen in tape.seen():
        used = used_subjects(seen, seen.played, was_recorded=seen.begun > 0)
        found += [used.played[number].exchange for number in sorted(used.played)]
        found += [used.recorded[place].exchange for place in sorted(used.recorded)]
    if not found:
        raise UsageError(
            "this tape has neither played nor recorded an exchange to its end",
            where="stream_snapshot",
            found=str(tape.path),
            hint="compare it after the request, and when its answer was read; or compare what the client read",
        )
    return found


def _several(values: list[Any], placeholders: Placeholders) -> list[str]:
    """The lines of chunks, of events, or of exchanges."""
    if not values:
        return ["(no events)"]
    chunks = [_bytes(one) for one in values]
    if None not in chunks:
        return lines_of_body(b"".join(filter(None, chunks)), placeholders)
    if all(isinstance(one, Exchange) for one in values):
        return [line for one in values for line in (_request(one), *_exchange(one, placeholders))]
    return [line for one in values for line in _event(one, placeholders)]


def _event(value: Any, placeholders: Placeholders) -> Iterator[str]:
    if isinstance(value, SseEvent):
        yield from lines_of_events([value], placeholders)
    elif isinstance(value, Mapping) or _is_model(value):
        yield line_of_value(_json(value), placeholders)
    elif isinstance(getattr(value, "data", None), (str, bytes)) and hasattr(value, "event"):
        yield from lines_of_events([_of_library(value)], placeholders)
    else:
        raise UsageError(
            "this is no stream, and no event of one",
            where="stream_snapshot",
            expected=KINDS,
            found=f"{type(value).__module__}.{type(value).__qualname__}",
        )


def _of_library(value: Any) -> SseEvent:
    """An event of httpx-sse, and of libraries like it; they say `message` where there was no name."""
    data = value.data if isinstance(value.data, bytes) else value.data.encode("utf-8", "surrogatepass")
    name = None if value.event in {None, "", "message"} else str(value.event)
    block = b""
    event_id, retry = getattr(value, "id", None) or None, getattr(value, "retry", None)
    if event_id or retry is not None:
        lines = [f"id: {event_id}".encode()] if event_id else []
        lines += [f"retry: {retry}".encode()] if retry is not None else []
        lines += [f"event: {name}".encode()] if name else []
        lines += [b"data: " + line for line in data.split(b"\n")]
        block = b"\n".join([*lines, b"", b""])
    return SseEvent(0, name, data, event_id, retry, 0, 0, block=block)


def _exchange(exchange: Exchange, placeholders: Placeholders) -> list[str]:
    ending = exchange.ending.how
    lines = ["(no response)"] if exchange.response is None else _response(exchange.response, placeholders)
    return lines if ending in _ORDINARY else [*lines, f"(ended: {ending})"]


def _request(exchange: Exchange) -> str:
    return f"(exchange {exchange.index}: {exchange.request.method} {shown(exchange.request.url)})"


def _response(response: Response, placeholders: Placeholders) -> list[str]:
    body = b"".join(chunk.data for chunk in decoded_chunks(response.headers, response.chunks))
    return [*_status(response.status), *lines_of_body(body, placeholders)]


def _status(status: object) -> list[str]:
    return [] if status == 200 else [f"(status {status})"]


def _content(response: Any) -> bytes:
    """The body of a response of httpx, requests and the like; one that was not read yet is read."""
    try:
        try:
            content: bytes = response.content
        except RuntimeError:  # as httpx has it
            content = response.read()
    except RuntimeError as error:
        raise UsageError(
            "the body of this response cannot be had",
            where="stream_snapshot",
            found=str(error).partition(".")[0],
            hint="read it first (`response.read()`, `await response.aread()`), or keep its chunks and compare those",
        ) from None
    return content


def _is_model(value: object) -> bool:
    return not isinstance(value, type) and callable(getattr(value, "model_dump", None))


def _json(value: Any) -> Any:
    """A JSON value of Python as `placeholders.read` would give it; members that were not sent are left out."""
    if _is_model(value):
        value = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, Mapping):
        return Members((str(key), _json(one)) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return [_json(one) for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Number(json.dumps(value))
    if value is None or isinstance(value, (str, bool)):
        return value
    raise UsageError(
        "this cannot be said in JSON", where="stream_snapshot", expected=KINDS, found=type(value).__qualname__
    )

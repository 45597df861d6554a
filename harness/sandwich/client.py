"""The client of the sandwich: it asks as it is told, and keeps every byte of the answer with its time."""

from __future__ import annotations

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

import httpx

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.io.recorder import ending_of
from harness.io.server.timetable import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Headers
    from harness.io.recorder import Take

_CONNECT: Final = 10.0
_LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a body that are read: no scenario has an answer of a tenth of this, and memory and disk have an end."""
_MOST: Final = 100_000
"""Events of a body that are read: small ones are many before the bytes are, and each is judged."""
_BEGINNING: Final = 64 * 1024
"""Bytes of a body without end that are judged. The recording has all that was read."""


class Leave(Exception):
    """The client has had enough."""


class EndlessBody(Exception):
    """More came than any answer has."""


ENDLESS: Final = EndlessBody.__name__
"""How the ending of such an exchange calls it; the client waited in vain for its end, so it is a timeout."""


async def ask(
    client: httpx.AsyncClient,
    url: str,
    headers: Headers,
    body: bytes,
    *,
    seconds: float,
    leave_after: int | None = None,
    leave_at: float | None = None,
    take: Take | None = None,
) -> Exchange:
    """Send one request and read the answer to its end.

    Args:
        client: What sends; it follows no redirect and decodes nothing.
        url: Where to.
        headers: All fields beside those that frame the message.
        body: The JSON that is asked.
        seconds: How long all of it may take; then the exchange ends with `timeout`.
        leave_after: Hang up after so many reads of the body.
        leave_at: Hang up after so many seconds, as a user does who closes the window.
        take: Its recording on the disk.

    Returns:
        What went over the wire; of a body without end, how it began. An answer that never came is an exchange without
        a response.
    """
    request = Request("POST", url, headers, body)
    response: Response | None = None
    chunks: list[Chunk] = []
    begun = head_at = now()
    how = How.COMPLETE
    error: Exception | None = None
    patience = seconds if leave_at is None else min(seconds, leave_at)
    try:
        async with (
            asyncio.timeout(patience),
            client.stream("POST", url, headers=list(headers), content=body) as answer,
        ):
            head_at = now()
            response = _head(answer, round((head_at - begun) * 1e6))
            if take is not None:
                take.respond(response)
            await _read(answer, chunks, head_at, leave_after, take)
    except Leave:
        how = How.CLIENT_CLOSE
    except EndlessBody as endless:
        how, error = How.TIMEOUT, endless
        chunks[:] = _beginning(chunks)
    except TimeoutError as late:
        how, error = (How.CLIENT_CLOSE, None) if patience < seconds else (How.TIMEOUT, late)
    except (httpx.HTTPError, OSError) as failed:
        how, error = ending_of(failed), failed
    if take is not None:
        take.end(how, error)
    name = type(error).__name__ if error is not None else None
    ending = Ending(how, round((now() - head_at) * 1e6), name, str(error) if error is not None else None)
    if response is not None:
        response = Response(
            response.status,
            response.headers,
            tuple(chunks),
            response.reason,
            response.http_version,
            response.at_us,
        )
    return Exchange(0, request, response, ending)


async def _read(
    answer: httpx.Response, chunks: list[Chunk], head_at: float, leave_after: int | None, take: Take | None
) -> None:
    size = events = 0
    async for data in answer.aiter_raw():
        chunks.append(Chunk(round((now() - head_at) * 1e6), data))
        if take is not None:
            take.chunk(data)
        size += len(data)
        events += data.count(b"\n\n") + data.count(b"\r\n\r\n")
        if size > _LARGEST or events > _MOST:
            came = f"{_LARGEST:,} bytes" if size > _LARGEST else f"{_MOST:,} events"
            message = f"{came} came, and no end"
            raise EndlessBody(message)
        if leave_after is not None and len(chunks) >= leave_after:
            raise Leave


def _beginning(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """What of an endless body is judged: an hour of judging would find nothing that its beginning has not."""
    size = 0
    for chunk in chunks:
        if size >= _BEGINNING:
            return
        size += len(chunk.data)
        yield chunk


def _head(answer: httpx.Response, at_us: int) -> Response:
    reason = answer.extensions.get("reason_phrase", b"").decode("latin-1")
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
    return Response(answer.status_code, fields, (), reason, answer.http_version, at_us)


def new_client() -> httpx.AsyncClient:
    """A client for a target on this machine or elsewhere, with as many connections as there are sessions.

    It keeps no cookies: each session is somebody else, whom a target must not know again by another one's.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=_CONNECT),
        # Each session has a connection of its own: a server may close one that is used again at the very moment at
        # which it is used, and a session that fails by such a chance says nothing about anybody.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        trust_env=False,
        follow_redirects=False,
    )

"""Asking a live server, so that its answer can be judged."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from time import perf_counter_ns
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response, header
from harness.cassettes.plain import plain_request
from harness.cassettes.redaction.anew import redacted_exchange
from harness.cassettes.redaction.redactor import Redactor
from harness.dialects.registry import dialects
from harness.errors import AnswerRefused, TargetError, UpstreamUnreachable, UsageError
from harness.io.environment import secret_values
from harness.io.upstream import Upstream
from harness.jsonvalue import try_parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.cassettes.exchange import Headers

READ_TIMEOUT = 60.0
"""Seconds without a byte after which a live answer is given up; a model that thinks for longer needs more."""

_MOST_SAID = 300  # characters of an error's message

_KEY = "is the key right? --api-key-env VARIABLE names it"
_PATH = "is the path right? the URL is that of the endpoint, such as https://HOST/v1/chat/completions"
_HINTS = {401: _KEY, 403: _KEY, 404: _PATH, 405: _PATH, 429: "try again later"}

_TIMEOUT = "--timeout SECONDS waits longer"
_UNFINISHED = {
    How.TIMEOUT: "the server fell silent; what had come is judged",
    How.CANCELLED: "interrupted before the answer's end; what had come is judged",
}

_KEY_FIELDS = {"anthropic": "x-api-key", "gemini": "x-goog-api-key"}


def live_exchange(
    url: str,
    request: bytes | None,
    *,
    headers: Iterable[str] = (),
    key_variable: str | None = None,
    ca: Path | None = None,
    read_timeout: float = READ_TIMEOUT,
) -> Exchange:
    """Send a request and keep what comes back, with the times of its chunks and without its secrets.

    Args:
        url: Where to.
        request: What to send: a JSON body, or an object with method, headers and json or body; None asks with GET.
        headers: Fields as `name: value`.
        key_variable: Name of the environment variable that holds the API key; it goes where the API wants it.
        ca: A file of certificates to trust beside the usual ones.
        read_timeout: Seconds without a byte after which the answer is given up.

    Raises:
        UsageError: The URL or a field cannot be meant, or the variable is not set.
        UpstreamUnreachable, TlsFailure: There is no such server, or it does not answer.
        KeyboardInterrupt: The user gave up before the head came. After that, what had come is kept.
    """
    sent = _request(url, request, headers, key_variable)
    exchange = asyncio.run(_ask(sent, ca, read_timeout))
    values = secret_values()
    if key_variable is not None:
        values[key_variable] = os.environ[key_variable]
    return redacted_exchange(exchange, Redactor(values=values, decode=True))


def shortfall(exchange: Exchange, source: str) -> TargetError | None:
    """Why a live answer is not what was asked for, or not all of it; None where nothing is known to be missing.

    Args:
        exchange: As `live_exchange` gives it.
        source: What to call the server.
    """
    response, how = exchange.response, exchange.ending.how
    if how in _UNFINISHED:
        return TargetError(_UNFINISHED[how], where=source, hint=_TIMEOUT if how is How.TIMEOUT else None)
    if response is None or response.status < 400:
        return None
    body = response.body()
    return AnswerRefused(
        f"the server answered {response.status} {response.reason}".rstrip(),
        where=source,
        found=_said(body, header(response.headers, "content-type")),
        hint=_HINTS.get(response.status),
    )


def _said(body: bytes, media: str | None) -> str:
    """What an error's body says, in a line."""
    _, value = try_parse(body)
    error = value.get("error", value) if isinstance(value, dict) else None
    told = error.get("message") if isinstance(error, dict) else error
    if isinstance(told, str) and told:
        return " ".join(told.split())[:_MOST_SAID]
    if not body:
        return "an empty body"
    return f"{len(body):,} byte{'' if len(body) == 1 else 's'} of {media or 'no content-type'}"


def shown(url: str) -> str:
    """A URL as it may be shown: keys travel in queries and in front of the host."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _request(url: str, given: bytes | None, fields: Iterable[str], key_variable: str | None) -> Request:
    plain = plain_request(given)
    method = plain.method if given is not None else "GET"
    own = tuple(_field(one) for one in fields)
    headers: Headers = (*plain.headers, *own)
    if key_variable is not None:
        headers = (*headers, _key_field(url, key_variable))
    names = {name.lower() for name, _ in headers}
    usual = (
        ("accept", "text/event-stream, application/json"),
        ("user-agent", "llm-stream-harness"),
        *((("content-type", "application/json"),) if plain.body else ()),
    )
    return Request(method, url, (*headers, *(one for one in usual if one[0] not in names)), plain.body)


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or not text.isprintable():
        # The field may hold a key: it is not quoted.
        raise UsageError("this is no header field", where="--header", expected="NAME: VALUE")
    return name.strip(), value.strip()


def _key_field(url: str, variable: str) -> tuple[str, str]:
    key = os.environ.get(variable)
    if not key:
        raise UsageError(f"the environment variable {variable} is not set", where="--api-key-env")
    parts = urlsplit(url)
    spoken = next((one.name for one in dialects() if one.path(parts.path)), "chat")
    field = _KEY_FIELDS.get(spoken)
    return ("authorization", f"Bearer {key}") if field is None else (field, key)


async def _ask(request: Request, ca: Path | None, read_timeout: float) -> Exchange:
    import httpx  # noqa: PLC0415 - only live servers need it

    parts = urlsplit(request.url)
    if parts.username is not None:
        # It may be a secret: it is not quoted.
        raise UsageError("a URL with a user name cannot be asked", hint="give the field with --header")
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    upstream = Upstream(f"{parts.scheme}://{parts.netloc}", ca=ca, read_timeout=read_timeout)
    begun = perf_counter_ns()
    head: list[Response] = []
    chunks: list[Chunk] = []
    ending = Ending(How.COMPLETE)
    since = begun
    try:
        async with upstream.send(
            request.method, target, upstream.outgoing(request.headers), request.body
        ) as answer:
            since = perf_counter_ns()
            waited = (since - begun) // 1_000
            head.append(
                Response(answer.status, answer.headers, (), answer.reason, answer.http_version, at_us=waited)
            )
            async for data in answer.chunks():
                at_us = (perf_counter_ns() - since) // 1_000
                chunks.append(Chunk(at_us, data))
    except asyncio.CancelledError:  # the runner's way to tell the task of Ctrl-C
        if not head:
            raise
        ending = Ending(How.CANCELLED, message="interrupted")
    except httpx.HTTPError as error:
        if not head:
            late = _how(error) is How.TIMEOUT
            raise UpstreamUnreachable(
                "the server gave no answer",
                where=f"{parts.scheme}://{parts.netloc}",
                found=f"nothing for {read_timeout:g} seconds"
                if late
                else f"{type(error).__name__}: {error}".rstrip(": "),
                hint=_TIMEOUT if late else None,
            ) from error
        ending = Ending(_how(error), exception=type(error).__name__, message=str(error))
    finally:
        await upstream.aclose()
    ending = replace(ending, at_us=(perf_counter_ns() - since) // 1_000)
    return Exchange(0, request, replace(head[0], chunks=tuple(chunks)), ending)


def _how(error: Exception) -> How:
    kind = type(error).__name__
    if kind == "ReadTimeout":
        return How.TIMEOUT
    return How.RESET if kind == "ReadError" else How.SERVER_CUT

"""The request that bodies answer, or that a URL is sent: whether it can be one, and of which dialect."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Request
from harness.cassettes.plain import plain_request
from harness.checking.sniffing import ENOUGH, dialect_of
from harness.dialects.registry import dialect
from harness.errors import UsageError
from harness.jobs.inputs import is_url
from harness.jsonvalue import try_parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Chunk, Response

_OPTION = "--request"
_SPOKEN_WITH = {
    "messages": frozenset({"chat", "anthropic"}),
    "input": frozenset({"responses"}),
    "contents": frozenset({"gemini"}),
}
"""The member that every request of a dialect has, and which dialects those are."""


def check_request(given: bytes) -> None:
    """Hold what `--request` gives to what can be a request.

    Raises:
        UsageError: It is no JSON, or no object.
    """
    read, value = try_parse(given)
    if not (read and isinstance(value, Mapping)):
        raise UsageError(
            "the request is no JSON object",
            where=_OPTION,
            expected="the request's JSON body, or an object with method, url, headers and json or body",
            found=_kind(value) if read else "no JSON" if given.strip() else "nothing",
        )


def check_urls(names: Iterable[str], request: bytes | None) -> None:
    """Refuse to ask a server nothing.

    Raises:
        UsageError: A URL is named, and no request.
    """
    if request is None and any(map(is_url, names)):
        raise UsageError(
            "a URL needs the request that it is sent",
            where=_OPTION,
            expected="--request FILE, a file with the JSON body of the request",
        )


def spoken(given: bytes) -> frozenset[str]:
    """The names of the dialects that a request may be of; none where it does not show."""
    request = plain_request(given)
    if request.url and (name := dialect_of(request, b"")) is not None:
        return frozenset({name})
    _, body = try_parse(request.body)
    members = [one for one in _SPOKEN_WITH if isinstance(body, Mapping) and one in body]
    return _SPOKEN_WITH[members[0]] if len(members) == 1 else frozenset()


def beginning(response: Response) -> tuple[bytes, Iterable[Chunk]]:
    """The first bytes of a body that may be read once, and all its chunks."""
    chunks = iter(response.chunks)
    first: list[Chunk] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += len(chunk.data)
        if size >= ENOUGH:
            break
    return b"".join(chunk.data for chunk in first), chain(first, chunks)


def other_dialect(names: frozenset[str], body: str) -> UsageError:
    """The request is plainly of other dialects than the body."""
    titles = " or ".join(dialect(name).title for name in sorted(names, reverse=True))
    return UsageError(
        "the request is of another dialect than the body",
        where=_OPTION,
        expected=f"a request of {dialect(body).title}",
        found=f"one of {titles}",
    )


def unknown_request() -> Request:
    """What stands for a request of which nothing is known."""
    return Request("POST", "")


def _kind(value: object) -> str:
    return {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )

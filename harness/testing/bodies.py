"""Every cut and every fault of one body, for tests of parsers that need no HTTP.

for chunks in rechunked(body):
    assert parse(chunks) == parse([body]), chunks.cut
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.cassettes.cuts import PLACES
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.cassettes.pace import parse_pace
from harness.errors import HarnessError, UsageError
from harness.faults.registry import parse_fault
from harness.jsonvalue import try_parse
from harness.testing.parametrised import CUTS, applicable, cut_pace, groups, has_place, known_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Headers

_STREAM: Final = "text/event-stream"
_JSON: Final = "application/json"


class Chunks(list[bytes]):
    """A body in pieces.

    Attributes:
        cut: By what it was cut: one of `byte`, `event`, `crlf`, `character`, `data`, `whole`, `random@1`, ...
    """

    def __init__(self, pieces: Iterable[bytes], cut: str) -> None:
        super().__init__(pieces)
        self.cut = cut


@dataclass(frozen=True, slots=True)
class Faulted:
    """A body that went wrong.

    Args:
        fault: In what way, as the fault's text.
        status: The HTTP status that it came with.
        headers: The fields of its head.
        chunks: The pieces in which it came.
        ending: How it ended: `complete`, `server_cut`, `reset`, ...
    """

    fault: str
    status: int
    headers: Headers
    chunks: tuple[bytes, ...]
    ending: How

    @property
    def body(self) -> bytes:
        """All bytes that came."""
        return b"".join(self.chunks)


def rechunked(body: bytes, *cuts: str) -> Iterator[Chunks]:
    """The same body, cut in each of several ways; joined, the pieces are always the body.

    Args:
        body: A stream, or anything else.
        cuts: Names as `@pytest.mark.rechunk` takes them; of none, all that the body has places for.

    Returns:
        For each cut the pieces, a list of bytes; its attribute `cut` is the name of the cut.

    Raises:
        UsageError: There is no such cut.
    """
    body = _checked(body)
    paces = [(cut, parse_pace(cut_pace(cut))) for cut in cuts or CUTS]
    return (
        Chunks((piece.data for piece in pace.schedule([Chunk(0, body)])), cut)
        for cut, pace in paces
        if cuts or cut not in PLACES or has_place(cut, [body])
    )


def faulted(
    body: bytes, *faults: str, request: bytes = b"", content_type: str | None = None
) -> Iterator[Faulted]:
    """The same body, gone wrong in each of several ways.

    Args:
        body: A stream, or a whole answer.
        faults: Faults, or groups of them, as `@pytest.mark.faults` takes them; of none, all that can be made in the
            body and take no time of their own.
        request: The body of the request that it answers; some faults need to know what was asked.
        content_type: Of the answer; by default it is seen in the body.

    Returns:
        For each fault what came: its attributes are `fault` (the name), `status`, `headers`, `chunks` (a tuple of
        bytes), `body` (all bytes) and `ending` (how the answer ended).

    Raises:
        UsageError: There is no such fault, or one that was named cannot be made in this body.
    """
    body = _checked(body)
    kind = content_type or (_JSON if try_parse(body)[0] else _STREAM)
    response = Response(200, (("content-type", kind),), _by_event(body))
    exchange = Exchange(0, Request("POST", "", (), request), response, Ending(How.COMPLETE))
    names: dict[str, None] = {}
    for one in faults or ("",):
        found = applicable([exchange], one) if one in {"", *groups()} else [one]
        for name in found:
            harm = known_fault(name)
            if one == name and harm.consumes and (why := harm.obstacle(exchange)) is not None:
                raise UsageError("this fault cannot be made in this body", where=repr(name), found=why)
        names |= dict.fromkeys(found)
    return (_gone_wrong(name, exchange) for name in names)


def _checked(body: object) -> bytes:
    if not isinstance(body, (bytes, bytearray, memoryview)):
        raise UsageError("a body is bytes", found=type(body).__name__, hint="of a text, text.encode()")
    return bytes(body)


def _by_event(body: bytes) -> tuple[Chunk, ...]:
    pace = parse_pace("at:event")
    return tuple(pace.schedule([Chunk(0, body)]))


def _gone_wrong(name: str, exchange: Exchange) -> Faulted:
    after = parse_fault(name).apply(exchange)
    if after.response is None:
        return Faulted(name, 0, (), (), after.ending.how)
    try:
        chunks = tuple(chunk.data for chunk in after.response.chunks)
    except HarnessError as error:
        error.where = f"fault {name!r}"
        raise
    return Faulted(name, after.response.status, after.response.headers, chunks, after.ending.how)

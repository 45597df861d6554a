"""The upstream half of an exchange in which the upstream gave no answer that any dialect knows.

It was refused, it hung or hung up, or what came is empty, a page, or an error in words of its own. What the gateway
says of that to its client is an answer all the same, and to be judged: by the rules of its own dialect, and by those
on translation that are about failures. All other rules on translation have nothing to compare it with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.checking.sniffing import Shape, dialect_of, shape_of
from harness.dialects.registry import dialect as dialect_named
from harness.jsonvalue import try_parse
from harness.rules.case import Case, Half
from harness.turn.failure import failure_of
from harness.turn.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Exchange

_LARGEST: Final = 1 << 20  # bytes; an error is no longer


def unanswered(upstream: Exchange, spoken: str, body: Iterable[bytes], *, timed: bool) -> Half | None:
    """What the rules on translation are shown of an upstream exchange whose answer is none.

    Args:
        upstream: The exchange.
        spoken: Name of the dialect to name, where not even the request shows one: the downstream half's.
        body: What came in place of an answer, content coding undone.
        timed: How it ended was recorded and not made up.

    Returns:
        None where something came that may well be an answer, in words that no dialect has: nothing can be said of it.
    """
    dialect = dialect_named(dialect_of(upstream.request, b"") or spoken)
    case: Case[Any] = Case(dialect, dialect.machine(None))
    case.ending = upstream.ending if timed else None
    turn = Turn(dialect=dialect.name)
    response = upstream.response
    if response is not None:
        case.status = response.status
        case.headers = tuple((name.lower(), value) for name, value in response.headers)
        start = _beginning(body)
        is_json, said = try_parse(start)
        if response.status >= 400 or (is_json and isinstance(said, dict) and said.get("error")):
            turn = Turn(dialect=dialect.name, ended="failed", error=failure_of(said, status=response.status))
        elif shape_of(response.headers, start) not in {Shape.EMPTY, Shape.OTHER}:
            return None
    return Half(case, turn, chunks=None, rules={}, is_answered=False)


def _beginning(body: Iterable[bytes]) -> bytes:
    start = bytearray()
    for data in body:
        start += data
        if len(start) > _LARGEST:
            break
    return bytes(start)

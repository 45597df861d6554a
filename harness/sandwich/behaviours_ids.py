"""What ids many sessions' answers have: each is to have its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.errors import EventTooLarge
from harness.findings import Finding, Location, Origin, Severity
from harness.jsonvalue import try_parse
from harness.sandwich.behaviours_rules import SHARED
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.cassettes.exchange import Exchange
    from harness.sandwich.session import Played
    from harness.translation.engine import InboundDialect

_REFUSED: Final = 300
_SHARE: Final = 2
"""An id is told of where at least such a part of the answers has it: what is drawn from few numbers meets by chance,
and one run in two would say so."""


def shared(sessions: Sequence[Played]) -> tuple[tuple[int, Finding], ...]:
    """Judge whether answers that upstream gave different ids share one, told at the second that has it.

    Args:
        sessions: All sessions of a cell, in the order of its exchanges; each was answered by upstream for itself.
    """
    ids: list[tuple[int, str]] = []
    number = 0
    for one in sessions:
        found = answer_id(one.route.inbound, one.client[0].exchange)
        if found is not None and one.upstream:
            ids.append((number, found))
        number += len(one.client)
    (most, times), *_ = Counter(name for _, name in ids).most_common(1) or [("", 0)]
    if times < 2 or times * _SHARE < len(ids):
        return ()
    _, at, *_ = [place for place, name in ids if name == most]
    is_chat = sessions[0].route.inbound == "chat"
    finding = Finding(
        rule=SHARED,
        severity=Severity.WARNING if is_chat else Severity.ERROR,
        message=f"{times} of {len(ids)} answers to different requests have the same id.",
        where=Location(event=0, pointer="/id" if is_chat else "/response/id"),
        expected="an id for each answer",
        found=most,
        subject="shared id",
        origin=Origin.GATEWAY,
    )
    return ((at, finding),)


def answer_id(inbound: InboundDialect, exchange: Exchange) -> str | None:
    """The id of an answer, streamed or whole; None where there is none to read."""
    response = exchange.response
    if response is None or response.status >= _REFUSED:
        return None
    for value in _objects(exchange):
        held = value.get("response") if inbound == "responses" and "response" in value else value
        found = held.get("id") if isinstance(held, dict) else None
        if isinstance(found, str) and found:
            return found
    return None


def _objects(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """The JSON objects of a body, one after the other."""
    response = exchange.response
    if response is None:
        return
    try:
        body = b"".join(one.data for one in decoded_chunks(response.headers, response.chunks))
        is_json, whole = try_parse(body)
        if is_json and isinstance(whole, dict):
            yield whole
            return
        decoder = Decoder()
        for event in (*decoder.feed(body), *decoder.finish()):
            is_json, value = try_parse(event.data)
            if is_json and isinstance(value, dict):
                yield value
    except (CodingError, EventTooLarge):
        return

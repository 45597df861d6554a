"""Which of a target's requests upstream an answer to the client comes from."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from harness.cassettes.exchange import How
from harness.checking.exchanges import check_of
from harness.jsonvalue import try_parse
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Exchange
    from harness.sandwich.session import Side


def halves(client: Sequence[Side], upstream: Sequence[Side]) -> list[Exchange | None]:
    """The upstream half of each of the client's exchanges; None where its request was not passed on.

    What a target asks upstream belongs to the request of the client that it was asked during. Where some of it offers
    tools, what does not is the target's own affair: it has a prompt looked at by a model, or a title made. Of several
    attempts the last one counts, unless an earlier one was answered with calls: the client's tools are for the client
    to run, so that answer should have been passed on, and what the target asked after it, it asked for itself.

    Args:
        client: What the client asked, in order.
        upstream: What the target asked, in order.
    """
    found: list[Exchange | None] = []
    for sides in attempts(client, upstream):
        asked = [one.exchange for one in sides]
        made = [one for one in asked if _offers_tools(one)] or asked
        earlier = filter(_has_calls, made[:-1])
        found.append(next(earlier, made[-1] if made else None))
    return found


def ran_calls(client: Sequence[Side], upstream: Sequence[Side]) -> list[bool]:
    """Of each of the client's exchanges, whether the target ran calls itself that it should have passed on.

    What it answers then is made of what it was told later. Its text and usage cannot be held against the answer with
    the calls: that the calls are not in it is the fault, and one fault is one finding.

    Args:
        client: What the client asked, in order.
        upstream: What the target asked, in order.
    """
    return [
        half is not None
        and half is not sides[-1].exchange
        and _has_calls(half)
        and not _has_calls(one.exchange)
        for one, half, sides in zip(client, halves(client, upstream), attempts(client, upstream), strict=True)
    ]


def attempts(client: Sequence[Side], upstream: Sequence[Side]) -> list[list[Side]]:
    """What a target asked during each of the client's exchanges, in order."""
    starts = [one.at_ms for one in client]
    return [
        [one for one in upstream if begun <= one.at_ms < over]
        for begun, over in pairwise([-inf, *starts[1:], inf])
    ]


def _offers_tools(one: Exchange) -> bool:
    """Whether a request names tools; each dialect has the same member for them."""
    read, body = try_parse(one.request.body)
    return read and isinstance(body, dict) and bool(body.get("tools"))


def _has_calls(one: Exchange) -> bool:
    if one.response is None or one.response.status >= 400 or one.ending.how is not How.COMPLETE:
        return False
    check = check_of(one)
    if check is None:
        return False
    return any(choice.calls for choice in turn_of(check.case.dialect.name, check.case.stream).choices)

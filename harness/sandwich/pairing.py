"""Which of a target's requests upstream an answer to the client comes from."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from harness.cassettes.exchange import How

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cassettes.exchange import Exchange
    from harness.sandwich.session import Side


def halves(client: Sequence[Side], upstream: Sequence[Side]) -> list[Exchange | None]:
    """The upstream half of each of the client's exchanges; None where its request was not passed on.

    What a target asks upstream belongs to the request of the client that it was asked during. Of several, the first
    that was answered as it should be counts: before it are attempts that failed, and what comes after it the target
    asked for itself, as one does that runs the client's tools on its own. Where none was, it is the last attempt.

    Args:
        client: What the client asked, in order.
        upstream: What the target asked, in order.
    """
    starts = [one.at_ms for one in client]
    found: list[Exchange | None] = []
    for begun, over in pairwise([-inf, *starts[1:], inf]):
        attempts = [one.exchange for one in upstream if begun <= one.at_ms < over]
        found.append(next(filter(_is_answered, attempts), attempts[-1] if attempts else None))
    return found


def _is_answered(one: Exchange) -> bool:
    response = one.response
    return response is not None and response.status < 400 and one.ending.how is How.COMPLETE

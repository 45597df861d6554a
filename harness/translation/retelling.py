"""A stored response as a stream: what `GET /responses/{id}?stream=true` gives.

The response is written as any whole answer of a Responses upstream is: each part of it in one delta, and the response
itself at the end as it is stored. So the same response gives the same events, with the same sequence numbers, every
time; they are not those of the stream in which it was first sent, of which nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.engine import answering, session_for
from harness.translation.ids import SeededMint
from harness.translation.requests.refusals import out_of_range

if TYPE_CHECKING:
    from collections.abc import Mapping


def retold(response: Mapping[str, Any], starting_after: int = -1) -> bytes:
    """The events of a stored response.

    Args:
        response: As it was answered.
        starting_after: The sequence number behind which to begin; -1 gives everything.

    Raises:
        RequestRefused: Nothing comes behind that number.
    """
    created = response.get("created_at")
    at = int(created) if isinstance(created, int | float) else 0
    mint = SeededMint(str(response.get("id")).encode())
    writing = answering(session_for("responses", mint=mint, now=lambda: at), "responses")
    # No event has an empty line inside: what is quoted in JSON has its line ends escaped.
    events = writing.whole(response).split(b"\n\n")[:-1]
    if starting_after < -1:
        raise out_of_range("starting_after", "integer", "below", 0, starting_after)
    if starting_after > len(events) - 2:
        raise out_of_range("starting_after", "integer", "above", len(events) - 2, starting_after)
    return b"".join(event + b"\n\n" for event in events[starting_after + 1 :])

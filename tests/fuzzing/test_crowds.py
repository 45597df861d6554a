"""Of a crowd of sessions only those are compared that say something of the gateway."""

from __future__ import annotations

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.generate.sketch import Sketch
from harness.sandwich.session import Played, Route, Side
from harness.sandwich.unended import is_given_up as gave_up

ROUTE = Route(
    name="chat over chat", base_url="http://127.0.0.1:1/v1", model="m", inbound="chat", upstream="chat"
)


def side(how: How, seconds: float, at: float = 0.0) -> Side:
    """An exchange that was over after so many seconds, and began at another one's."""
    request = Request("POST", "http://127.0.0.1:1/v1/chat/completions", (), b"{}")
    response = Response(200, (("content-type", "text/event-stream"),), (Chunk(0, b"data: {}\n\n"),))
    ending = Ending(how, round(seconds * 1e6))
    return Side(exchange=Exchange(0, request, response, ending), index=-1, at_ms=at * 1e3)


@pytest.mark.parametrize(
    ("client", "upstream", "is_given_up"),
    [
        (side(How.COMPLETE, 1.0), side(How.COMPLETE, 0.5), False),
        (side(How.TIMEOUT, 6.0), side(How.COMPLETE, 0.5, at=5.0), True),
        (side(How.TIMEOUT, 6.0), side(How.COMPLETE, 0.5), False),
    ],
    ids=["answered", "upstream had only just ended", "it hung, and that is told"],
)
def test_a_session_that_its_client_gave_up_on_is_not_compared(
    client: Side, upstream: Side, *, is_given_up: bool
) -> None:
    """The rest of such an answer is missing because nobody waited for it, which is no mix-up."""
    played = Played(
        cell="",
        scenario=Sketch().scenario(),
        route=ROUTE,
        mode="stream",
        client=(client,),
        upstream=(upstream,),
    )
    assert gave_up(played) is is_given_up

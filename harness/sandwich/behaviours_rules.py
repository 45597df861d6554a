"""The rules that several sessions, or both ends at once, are judged by.

A rule of `harness.rules` is shown one exchange, or one with its upstream half. These need more than that: two answers
to the same upstream answer, fifty sessions side by side, or one clock at both ends. Only a run of scenarios has it, so
they are judged here, and this is their page in a report.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from harness.results.result import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLD: Final = "XLAT-STREAM-001"
REPEAT: Final = "XLAT-STREAM-002"
HELD: Final = "XLAT-STREAM-004"
"""This one is a rule of `harness.rules`, too, which knows its page; here the clock at both ends is the same."""
LEFT: Final = "XLAT-STREAM-005"
CROSSED: Final = "XLAT-STREAM-006"

WATCHED: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        FOLD: Rule(
            id=FOLD,
            title="Streamed and whole, an answer is the same.",
            severity="error",
            about=(
                "The same request was sent twice, once for a stream and once for a whole answer, and upstream said the"
                " same both times. What the stream amounts to (texts, thoughts, refusals, calls with their arguments,"
                " reasons to stop) has to be what the whole answer says. A gateway that translates the two in different"
                " code gives answers that change when a developer switches streaming on. Ids, times and usage are not"
                " compared."
            ),
            clients=("any application that streams in one place and does not in another",),
            remedy="Make the whole answer of the same state that the stream is made of.",
        ),
        REPEAT: Rule(
            id=REPEAT,
            title="The same answer of the upstream is translated the same each time.",
            severity="error",
            about=(
                "The same request was sent twice, and upstream answered with the same bytes. But for ids and times"
                " both answers of the gateway have to be the same; how text is cut into deltas may differ. What differs"
                " otherwise was made up, or was left over from another request."
            ),
            clients=("recorded tests, caches", "anybody who looks for the cause of a defect"),
            remedy="Look for state that outlives a request, and for values that are drawn at random.",
        ),
        LEFT: Rule(
            id=LEFT,
            title="Where the client leaves, the upstream is left, and soon.",
            severity="warning",
            about=(
                "The client hung up amid the stream. The gateway has to hang up its own request then: nobody reads what"
                " is still generated, and somebody pays for it; a model on one's own machine is kept from the next"
                " user. It may notice when it next writes, so two seconds are given."
            ),
            clients=("whoever closes a chat or presses stop",),
            remedy="Close the upstream's response when writing to the client fails, or its connection is closed.",
        ),
        CROSSED: Rule(
            id=CROSSED,
            title="No session sees anything of another.",
            severity="error",
            about=(
                "Fifty clients asked at the same time, each with a secret word of its own, which upstream puts into its"
                " answer and its ids. No answer and no request to upstream may hold the word of another session, and"
                " each answer has to be as one that was asked for alone."
            ),
            clients=("all: people read what others wrote",),
            remedy="Keep what belongs to a request in that request: look for module-level state and shared buffers.",
        ),
    }
)
"""Pages of the rules that are only judged here, by id."""


def watched(rule_id: str) -> Rule | None:
    """The page of a rule that is only judged here; None for all others."""
    return WATCHED.get(rule_id)

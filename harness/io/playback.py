"""From a recorded exchange to what a client is to be given, and when.

Both replayers, the in-process transports and the loopback server, get their answers here, so that pace, faults
and endings mean the same in both.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.cassettes.pace import Pace
    from harness.faults.fault import Fault

HOLD: Final = 3.0
"""Seconds for which a stream that the recording client left is held open for its next reader to leave."""


@dataclass(frozen=True, slots=True)
class Playback:
    """One answer, scheduled.

    Args:
        exchange: What is played, after the fault.
        head_due_us: When the response's head is due, in microseconds after the request.
        chunks: The body; `at_us` of each is when it is due after the head.
        ending: How it ends; its `at_us` is when, after the head (after the request, where there is no head).
        ended_by: The fault that made the ending, as it is written; "" where it is the recording's own.
    """

    exchange: Exchange
    head_due_us: int
    chunks: Iterable[Chunk]
    ending: Ending
    ended_by: str = ""

    @property
    def response(self) -> Response | None:
        """The head to send; None where the recording has none."""
        return self.exchange.response


def play(exchange: Exchange, pace: Pace, fault: Fault | None = None) -> Playback:
    """Schedule one exchange: the fault changes what is sent, the pace when, the fault's delays come last."""
    recorded = exchange.ending
    if fault is not None and fault.applies(exchange):
        exchange = fault.apply(exchange)
    else:
        fault = None
    response, ending = exchange.response, exchange.ending
    head_due = 0 if response is None else pace.due(response.at_us)
    end_due = pace.due(ending.at_us)
    chunks: Iterable[Chunk] = () if response is None else pace.schedule(response.chunks)
    if fault is not None:
        head_due = fault.delay_head(head_due)
        end_due = fault.delay_ending(end_due)
        chunks = fault.delay(chunks, exchange)
    is_other = replace(ending, at_us=0) != replace(recorded, at_us=0)
    ended_by = str(fault) if fault is not None and is_other else ""
    return Playback(exchange, head_due, chunks, replace(ending, at_us=end_due), ended_by)


def obstacle_in_all(fault: Fault | None, exchanges: Sequence[Exchange]) -> tuple[int, str] | None:
    """Why a fault can be made in none of some recordings; None where it can, or where it needs none.

    Returns:
        Position of the first recording, and what stands in the way there, in words for a person.
    """
    if fault is None or not fault.consumes:
        return None
    first: tuple[int, str] | None = None
    for position, exchange in enumerate(exchanges):
        why = fault.obstacle(exchange)
        if why is None:
            return None
        first = first or (position, why)
    return first


class FaultPlan:
    """Which of the requests a fault hits. Safe to share between threads.

    Args:
        fault: The fault; None hits nothing.
    """

    def __init__(self, fault: Fault | None) -> None:
        self.name = "" if fault is None else str(fault)
        self._fault = fault
        self._hits = 0
        self._lock = threading.Lock()

    def instead_of_recording(self, request: Request) -> Exchange | None:
        """The answer of a fault that needs no recording (a status before the first byte), or None."""
        fault = self._fault
        if fault is None or fault.consumes:
            return None
        stand_in = Exchange(0, request, Response(200), Ending(How.COMPLETE))
        if not fault.applies(stand_in) or not self._take(fault):
            return None
        return fault.apply(stand_in)

    def for_recording(self, exchange: Exchange) -> Fault | None:
        """The fault, where it is to change the recording that was found."""
        fault = self._fault
        if fault is None or not fault.consumes or not fault.applies(exchange) or not self._take(fault):
            return None
        return fault

    def _take(self, fault: Fault) -> bool:
        with self._lock:
            self._hits += 1
            return fault.times == 0 or self._hits <= fault.times

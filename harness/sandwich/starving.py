"""A machine that is busy: how late this process came to run, and what cannot be held against a target then.

Where it does not get to run, neither do our upstream and the targets beside it: a limit of somebody's is over before an
answer could be passed on, by nobody's fault.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from harness.io.server.timetable import now
from harness.sandwich.behaviours_comparing import is_refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from harness.checking.report import Verdict
    from harness.sandwich.session import Played

STARVED: Final = 0.5
"""Seconds by which a task comes late in a process that gets next to nothing of its machine; a crowd alone makes it a
tenth of that."""
_LOOK: Final = 0.02
_FAILED: Final = "XLAT-FIN-001"
"""The rule that finds the target's own failure: upstream's answer came to its end, and the client was sent an error."""


@asynccontextmanager
async def watched_clock(look: float = _LOOK) -> AsyncIterator[list[float]]:
    """How many seconds later than it was due a task came to run, each time: what is inside shares the loop with it.

    Args:
        look: Seconds between two looks.
    """
    found = [0.0]

    async def watch() -> None:
        while True:
            due = now() + look
            await asyncio.sleep(look)
            found.append(now() - due)

    task = asyncio.create_task(watch())
    try:
        yield found
    finally:
        task.cancel()


def without_starved(played: Played, verdicts: Sequence[Verdict]) -> tuple[tuple[Verdict, ...], str | None]:
    """The verdicts on a session, without those on answers that failed while this process starved; and why, if any."""
    if played.late <= STARVED:
        return tuple(verdicts), None
    kept = tuple(
        replace(verdict, findings=())
        if any(found.rule == _FAILED for found in verdict.findings)
        and is_refusal(played.route.inbound, side.exchange)
        else verdict
        for verdict, side in zip(verdicts, played.client, strict=True)
    )
    if kept == tuple(verdicts):
        return kept, None
    return (
        kept,
        f"the target told a failure while this machine was busy: we came {played.late:.1f} s late ourselves",
    )

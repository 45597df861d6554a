"""Where a finding is, for rules that speak at the end about something that came before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.findings import Finding, Location

if TYPE_CHECKING:
    from harness.sse.event import SseEvent


def at_event(finding: Finding, event: SseEvent | None) -> Finding:
    """The same finding, at an event; as it is where there is no event."""
    if event is None:
        return finding
    return replace(finding, where=Location(event.index, event.start, event.stop, finding.where.pointer))


def at_byte(finding: Finding, start: int) -> Finding:
    """The same finding, at one byte of the body."""
    return replace(finding, where=Location(start=start, stop=start + 1))

"""What a check says: findings, each at a place, and how bad each is.

A finding is immutable data. It names the rule that was broken, where, what was expected and what was found,
so that it can be believed without reading the code that found it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The protocol is broken, or deployed clients are."""
    WARNING = "warning"
    """Clients that take the specification at its word may fail."""
    INFO = "info"
    """Legal, and worth knowing."""

    @property
    def weight(self) -> int:
        """A number to compare by: an error weighs most."""
        return _WEIGHTS[self]


_WEIGHTS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Origin(StrEnum):
    """Who is to blame."""

    TARGET = "target"
    """The server that was recorded; nothing is known of what stands behind it."""
    GATEWAY = "gateway"
    """The gateway between the two recorded halves."""
    UPSTREAM = "upstream"
    """The upstream half has the same defect: the gateway inherited it."""


class Location(NamedTuple):
    """A place in an exchange.

    Args:
        event: Index of the event, as the decoder counts dispatched events; None where it is about no event.
        start: Offset of its block's first byte in the (decoded) body; None likewise.
        stop: Offset after its last byte.
        pointer: RFC 6901 JSON pointer into the event's payload, or into the whole body; "" is all of it.
        part: Where else: "request", "head", "body", "ending", "upstream".
    """

    event: int | None = None
    start: int | None = None
    stop: int | None = None
    pointer: str = ""
    part: str = "body"


NOWHERE = Location()
"""The exchange as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of one rule.

    Args:
        rule: Id of the rule, such as `RESP-SEQ-003`.
        severity: How bad it is under the profile that was asked for.
        message: One plain sentence: what is wrong, with the values that show it.
        where: The place.
        expected: What the rule wants there, in short.
        found: What is there, in short.
        earlier: The earlier event that this one contradicts.
        subject: What it is about without the values that change from recording to recording (an event type, a
            shape of pointer): the fingerprint is made of rule and subject, so it survives re-recording.
        origin: Who is to blame.
        times: How often the same was found in this exchange; the place is the first one's.
    """

    rule: str
    severity: Severity
    message: str
    where: Location = NOWHERE
    expected: str | None = None
    found: str | None = None
    earlier: Location | None = None
    subject: str = ""
    origin: Origin = Origin.TARGET
    times: int = 1

"""Faults that answer instead of the recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import Fault, parameter, whole

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class AnswerFault(Fault):
    """A fault that needs no recording, and leaves the one that would have answered for the next try."""

    consumes: ClassVar[bool] = False

    times: int = parameter(1, "requests", "How many requests it hits; 0 is all.", whole(0))

    def obstacle(self, exchange: Exchange) -> str | None:
        """Any request can be answered so."""
        del exchange
        return None

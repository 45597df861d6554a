"""Which upstreams could be reached, and what the system said where one could not.

A client is told no address and nothing of anybody's network; whoever runs the gateway is told both.
"""

from __future__ import annotations

from harness.errors import HarnessError
from harness.io.secrets import environment_redactor

_LONGEST = 200


class Reaches:
    """What became of the attempts to reach each upstream."""

    def __init__(self) -> None:
        self._reached: set[str] = set()
        self._failed: dict[str, HarnessError] = {}

    def reached(self, name: str) -> None:
        """It has answered."""
        self._reached.add(name)

    def failed(self, name: str, error: BaseException) -> None:
        """It did not answer, or not to the end; only where no connection was made it was not reached."""
        if isinstance(error, HarnessError):
            self._failed[name] = error
        else:
            self._reached.add(name)

    def never(self) -> tuple[HarnessError, ...]:
        """Why upstreams that were asked could never be reached: the last reason of each."""
        return tuple(error for name, error in self._failed.items() if name not in self._reached)


def cause_of(error: BaseException) -> str:
    """What the log says of an exception that came instead of an answer: where, and the system's reason."""
    if not isinstance(error, HarnessError):
        return type(error).__name__  # its text may quote what an upstream sent
    told = ": ".join(one for one in (error.where, error.found or error.message) if one)
    return environment_redactor().text(told, "cause")[0][:_LONGEST]

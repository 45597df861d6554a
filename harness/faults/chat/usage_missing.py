"""The usage that was asked for never comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import asks_for_usage, choices, usage
from harness.faults.mutation import Mutation, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageMissing(Mutation):
    """The chunk with the usage is left out."""

    name: ClassVar[str] = "usage_missing"
    example: ClassVar[str] = "usage_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-001", "XLAT-USE-006", "XLAT-USE-004")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """Leave the chunk out; take the usage from one that says more."""
        for event in stream:
            if not usage(event.value) or not stream.here():
                yield event
            elif choices(event.value):
                event.value["usage"] = None
                yield event.rewritten()

    def equivalent(self, exchange: Exchange) -> str | None:
        """Without a request for usage none is due."""
        return None if asks_for_usage(request_of(exchange)) else "the request does not ask for usage"

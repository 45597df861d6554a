"""Usage comes though nobody asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import asks_for_usage, is_chunk, usage
from harness.faults.mutation import Mutation
from harness.faults.wire import is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageUnrequested(Mutation):
    """A chunk with usage comes before `[DONE]`, though the request does not ask for one."""

    name: ClassVar[str] = "usage_unrequested"
    example: ClassVar[str] = "usage_unrequested"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-005", "XLAT-USE-006", "XLAT-USE-007")
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "answer without usage to a request that wants none"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        wanted = not stream.request or asks_for_usage(stream.request)
        last: Event | None = None
        seen = False
        for event in stream:
            seen = seen or bool(usage(event.value))
            if is_done(event.block.data) and last is not None and not wanted and not seen and stream.here():
                counts = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
                yield event.like({**last.value, "choices": [], "usage": counts})
            yield event
            last = event if is_chunk(event.value) else last

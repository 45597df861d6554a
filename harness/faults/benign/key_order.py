"""Keys come in another order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class KeyOrder(Mutation):
    """The keys of every event's JSON come in the opposite order, at every depth."""

    name: ClassVar[str] = "key_order"
    example: ClassVar[str] = "key_order"
    benign: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event with more keys than one"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            new = _reversed(event.value)
            if list(new) == list(event.value) or not stream.here():
                yield event
            else:
                event.value.clear()
                event.value.update(new)
                yield event.rewritten()


def _reversed(value: Any) -> Any:
    """The value with the keys of all its objects in the opposite order."""
    if isinstance(value, list):
        return [_reversed(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _reversed(one) for name, one in reversed(value.items())}

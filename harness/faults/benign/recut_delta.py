"""A delta of text comes in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta, finish, usage
from harness.faults.mutation import Mutation
from harness.faults.responses.items import TEXT_DELTA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RecutDelta(Mutation):
    """One delta of text comes as two, and the sequence numbers after it move up.

    Where text is cut means nothing.
    """

    name: ClassVar[str] = "recut_delta"
    example: ClassVar[str] = "recut_delta"
    benign: ClassVar[bool] = True
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of text that can be cut"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            holder, name = _place(event.value)
            words = holder.get(name)
            if isinstance(words, str) and len(words) > 1 and stream.here():
                holder[name] = words[:1]
                yield event.rewritten()
                holder[name] = words[1:]
                yield event.like(event.value)
            else:
                yield event


def _place(value: Json) -> tuple[Json, str]:
    """The object and the key under which an event has text that can be cut; log probabilities forbid it."""
    if value.get("type") == TEXT_DELTA:
        return (value, "delta") if not value.get("logprobs") else ({}, "")
    one = choices(value)
    plain = len(one) == 1 and set(delta(one[0])) == {"content"} and not finish(one[0])
    return (
        (delta(one[0]), "content") if plain and not one[0].get("logprobs") and not usage(value) else ({}, "")
    )

"""A byte is no text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class InvalidUtf8(Mutation):
    """A byte that UTF-8 never has comes inside a JSON string.

    Strict clients fail at the whole stream.
    """

    name: ClassVar[str] = "invalid_utf8"
    example: ClassVar[str] = "invalid_utf8"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-001", "SSE-JSON-001")
    wanted: ClassVar[str] = "event with a string"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            found = list(_STRING_END.finditer(data)) if event.value else []
            if found and stream.here():
                yield event.with_bytes(data[: found[-1].start()] + b"\xff" + data[found[-1].start() :])
            else:
                yield event


_STRING_END = re.compile(rb'(?<=[A-Za-z0-9])"(?=[,}\]])')

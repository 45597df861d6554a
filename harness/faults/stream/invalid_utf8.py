"""A byte is no text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, text
from harness.faults.mutation import Mutation
from harness.faults.responses.items import scoped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream

_CONTENT = re.compile(rb'"content"\s*:\s*"')


@dataclass(frozen=True, kw_only=True)
class InvalidUtf8(Mutation):
    """A byte that UTF-8 never has comes inside a JSON string.

    Strict clients fail at the whole stream. The string is the text of a chunk; in a Responses stream,
    where a lost event would break more than that, it is in a vendor's event of its own.
    """

    name: ClassVar[str] = "invalid_utf8"
    example: ClassVar[str] = "invalid_utf8"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-UTF8-001", "SSE-JSON-001", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "chunk with text, or event of an item"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            said = any(text(choice) for choice in choices(event.value))
            found = _CONTENT.search(event.block.data) if said else None
            if not (found or scoped(event.value)) or not stream.here():
                yield event
            elif found:
                place = found.end()
                yield event.with_bytes(event.block.data[:place] + b"\xff" + event.block.data[place:])
            else:
                yield event
                broken = event.like({"type": "acme:trace", "note": "?"})
                yield broken.with_bytes(broken.block.data.replace(b"?", b"\xff"))

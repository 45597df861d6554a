"""JSON has spaces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.wire import data_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class JsonWhitespace(Mutation):
    """The JSON of every event has a space after each comma and colon, as Python writes it."""

    name: ClassVar[str] = "json_whitespace"
    example: ClassVar[str] = "json_whitespace"
    benign: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event whose JSON has no spaces"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            spans = data_spans(data)
            spaced = json.dumps(event.value, ensure_ascii=False).encode() if event.value else b""
            if spaced and len(spans) == 1 and data[slice(*spans[0])] != spaced and stream.here():
                yield event.with_bytes(data[: spans[0][0]] + spaced + data[spans[0][1] :])
            else:
                yield event

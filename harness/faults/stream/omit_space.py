"""No space follows `data:`."""

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
class OmitSpace(Mutation):
    """No `data` line has a space after its colon.

    Legal, but clients that cut six bytes off break.
    """

    name: ClassVar[str] = "omit_space"
    example: ClassVar[str] = "omit_space"
    breaks: ClassVar[tuple[str, ...]] = ("SSE-FRAME-005",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "data line with a space"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            data = event.block.data
            new = _DATA.sub(b"data:", data)
            yield event.with_bytes(new) if new != data and stream.here() else event


_DATA = re.compile(rb"(?:^|(?<=[\r\n]))data: (?! )")

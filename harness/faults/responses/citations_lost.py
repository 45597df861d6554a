"""The sources of a text do not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Mutation
from harness.faults.responses.items import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CitationsLost(Mutation):
    """No annotation comes, in any event.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "citations_lost"
    example: ClassVar[str] = "citations_lost"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-ANN-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "annotation"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            if event.kind == "response.output_text.annotation.added" and stream.here():
                continue
            found = [one for _, one in texts(event.value) if one.get("annotations")]
            if found and stream.here():
                for one in found:
                    one["annotations"] = []
                yield event.rewritten()
            else:
                yield event

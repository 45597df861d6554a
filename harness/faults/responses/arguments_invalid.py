"""Arguments are no JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import ARGUMENTS_DELTA, ARGUMENTS_DONE, whole_strings

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsInvalid(Edit):
    """The arguments of a call begin with a brace too many: in their deltas, when they are done, and at the
    end.
    """

    name: ClassVar[str] = "arguments_invalid"
    example: ClassVar[str] = "arguments_invalid"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-004", "XLAT-TOOL-001")
    wanted: ClassVar[str] = "delta of arguments"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        index = value.get("output_index")
        if value.get("type") == ARGUMENTS_DELTA and "index" not in stream.notes and type(index) is int:
            if isinstance(value.get("delta"), str) and index not in stream.notes.setdefault("met", set()):
                stream.notes["met"].add(index)
                if stream.here():
                    stream.notes["index"] = index
                    value["delta"] = "}" + value["delta"]
                    return True
            return False
        found = [
            one
            for place, one in whole_strings(value, ARGUMENTS_DONE, "arguments")
            if place == stream.notes.get("index")
        ]
        for one in found:
            one["arguments"] = "}" + one["arguments"]
        return bool(found)

"""A delta of arguments is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import ARGUMENTS_DELTA

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsDeltaLost(Omission):
    """A `function_call_arguments.delta` is left out, and nobody counts it."""

    name: ClassVar[str] = "arguments_delta_lost"
    example: ClassVar[str] = "arguments_delta_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-001", "RESP-FC-003", "XLAT-TOOL-001", "XLAT-TOOL-005")
    wanted: ClassVar[str] = "delta of arguments"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ARGUMENTS_DELTA and bool(value.get("delta"))

"""Arguments come only when they are done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import ARGUMENTS_DELTA

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsDeltasMissing(Omission):
    """Every `function_call_arguments.delta` is left out."""

    name: ClassVar[str] = "arguments_deltas_missing"
    example: ClassVar[str] = "arguments_deltas_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-003", "RESP-FC-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of arguments"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ARGUMENTS_DELTA

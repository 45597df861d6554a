"""Arguments are never done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Omission
from harness.faults.responses.items import ARGUMENTS_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ArgumentsDoneMissing(Omission):
    """A `function_call_arguments.done` is left out."""

    name: ClassVar[str] = "arguments_done_missing"
    example: ClassVar[str] = "arguments_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-FC-002",)
    wanted: ClassVar[str] = "function_call_arguments.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == ARGUMENTS_DONE

"""Text comes without its list of log probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.mutation import Edit
from harness.faults.responses.items import TEXT_DELTA, TEXT_DONE

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextLogprobsAbsent(Edit):
    """No delta of text, and no done one, has `logprobs`."""

    name: ClassVar[str] = "text_logprobs_absent"
    example: ClassVar[str] = "text_logprobs_absent"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-006", "RESP-ENV-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of text with logprobs"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") not in {TEXT_DELTA, TEXT_DONE} or "logprobs" not in value or not stream.here():
            return False
        del value["logprobs"]
        return True

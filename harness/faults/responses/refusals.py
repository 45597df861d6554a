"""Refusals, which are no text: one is taken for the other, or a refusal is not the sum of its deltas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import PART_DONE, TEXT_DELTA, part, parts, whole_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class RefusalDiffers(Edit):
    """`refusal.done` has another text than its deltas, or the part another than both."""

    name: ClassVar[str] = "refusal_differs"
    example: ClassVar[str] = "refusal_differs:how=part"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "done": ("RESP-REF-001",),
        "part": ("RESP-REF-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole refusal there"

    how: str = manner(breaks_by_how, "Where it differs.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        holder = value if self.how == "done" else part(value)
        kind = "response.refusal.done" if self.how == "done" else PART_DONE
        if value.get("type") != kind or not isinstance(holder.get("refusal"), str) or not stream.here():
            return False
        holder["refusal"] += "!"
        return True


@dataclass(frozen=True, kw_only=True)
class RefusalAsText(Edit):
    """Every event of a refusal comes as the same event of text.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "refusal_as_text"
    example: ClassVar[str] = "refusal_as_text"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-REF-001", "XLAT-TEXT-001")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "refusal"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        edited = False
        kind = string(value.get("type"))
        if kind in {"response.refusal.delta", "response.refusal.done"} and stream.here():
            value["type"] = kind.replace("refusal", "output_text")
            value["logprobs"] = []
            if "refusal" in value:
                value["text"] = value.pop("refusal")
            edited = True
        holders = [part(value), *(one for _, found in whole_items(value) for one in parts(found))]
        for one in holders:
            if one.get("type") == "refusal" and stream.here():
                words = one.pop("refusal", "")
                one.update(type="output_text", text=words, annotations=[], logprobs=[])
                edited = True
        return edited


@dataclass(frozen=True, kw_only=True)
class DeltaKind(Edit):
    """A delta of text comes as a delta of a refusal."""

    name: ClassVar[str] = "delta_kind"
    example: ClassVar[str] = "delta_kind"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-PART-007", "RESP-TEXT-001", "RESP-TEXT-005", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != TEXT_DELTA or not stream.here():
            return False
        value["type"] = "response.refusal.delta"
        value.pop("logprobs", None)
        return True

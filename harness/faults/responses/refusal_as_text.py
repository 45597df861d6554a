"""A refusal comes as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.mutation import Edit
from harness.faults.responses.items import part, parts, whole_items

if TYPE_CHECKING:
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


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

"""What comes with a text: its annotations and log probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, table
from harness.faults.mutation import Edit, Mutation
from harness.faults.responses.items import TEXT_DELTA, TEXT_DONE, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class AnnotationIndexGap(Edit):
    """The `annotation_index` of every annotation is one too high."""

    name: ClassVar[str] = "annotation_index_gap"
    example: ClassVar[str] = "annotation_index_gap"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-007",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "annotation"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("annotation_index")) is not int or not stream.here():
            return False
        value["annotation_index"] += 1
        return True


@dataclass(frozen=True, kw_only=True)
class AnnotationRange(Edit):
    """The range of every annotation lies behind the end of the text."""

    name: ClassVar[str] = "annotation_range"
    example: ClassVar[str] = "annotation_range"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-008", "XLAT-ANN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "annotation with a range"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        marks = [
            table(value.get("annotation")),
            *(m for _, one in texts(value) for m in entries(one.get("annotations"))),
        ]
        found = [
            one for one in marks if type(one.get("start_index")) is int and type(one.get("end_index")) is int
        ]
        if not found or not stream.here():
            return False
        for one in found:
            one["start_index"] += 1_000_000
            one["end_index"] += 1_000_000
        return True


@dataclass(frozen=True, kw_only=True)
class AnnotationLost(Edit):
    """The annotations of a text come, and are gone when its part is done and at the end."""

    name: ClassVar[str] = "annotation_lost"
    example: ClassVar[str] = "annotation_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-007", "XLAT-ANN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "whole text with annotations"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [one for _, one in texts(value) if one.get("annotations")]
        if not found or not stream.here():
            return False
        for one in found:
            one["annotations"] = []
        return True


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

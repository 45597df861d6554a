"""A text on its way from its deltas to the finished item: a piece is lost, or one place says something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Mutation, Omission
from harness.faults.responses.items import (
    DONE,
    PART_DONE,
    TERMINAL,
    TEXT_DELTA,
    TEXT_DONE,
    broken_off,
    prefixed,
    texts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TextAltered(Edit):
    """A text begins with another letter than upstream sent: in its deltas, when it is done, and at the end.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "text_altered"
    example: ClassVar[str] = "text_altered"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-TEXT-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    wanted: ClassVar[str] = "delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        return prefixed(value, stream, "X")


@dataclass(frozen=True, kw_only=True)
class TextDeltaLost(Omission):
    """An `output_text.delta` is left out, and nobody counts it."""

    name: ClassVar[str] = "text_delta_lost"
    example: ClassVar[str] = "text_delta_lost"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-001", "RESP-TEXT-005", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "delta of text"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == TEXT_DELTA and bool(value.get("delta"))

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what the text was."""
        return broken_off(exchange)


@dataclass(frozen=True, kw_only=True)
class TextDeltasMissing(Omission):
    """Every `output_text.delta` is left out.

    Clients that show deltas show nothing.
    """

    name: ClassVar[str] = "text_deltas_missing"
    example: ClassVar[str] = "text_deltas_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-005", "RESP-TEXT-001", "XLAT-STREAM-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta of text"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == TEXT_DELTA

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what the text was."""
        return broken_off(exchange)


@dataclass(frozen=True, kw_only=True)
class CumulativeDeltas(Edit):
    """Every `output_text.delta` is all the text so far, and not what is new."""

    name: ClassVar[str] = "cumulative_deltas"
    example: ClassVar[str] = "cumulative_deltas"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-001", "XLAT-TEXT-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second delta of text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        words = string(value.get("delta"))
        if value.get("type") != TEXT_DELTA or not words:
            return False
        place = (repr(value.get("output_index")), repr(value.get("content_index")))
        before = stream.notes.get(place, "")
        stream.notes[place] = before + words
        if not before or not stream.here():
            return False
        value["delta"] = before + words
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says what the text was."""
        return broken_off(exchange)


@dataclass(frozen=True, kw_only=True)
class EmptyDelta(Addition):
    """An `output_text.delta` with an empty string comes."""

    name: ClassVar[str] = "empty_delta"
    example: ClassVar[str] = "empty_delta"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-009",)
    wanted: ClassVar[str] = "delta of text"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if value.get("type") != TEXT_DELTA or not value.get("delta"):
            return []
        return [{**value, "delta": "", **({"logprobs": []} if "logprobs" in value else {})}]


@dataclass(frozen=True, kw_only=True)
class TextDoneMissing(Omission):
    """An `output_text.done` is left out."""

    name: ClassVar[str] = "text_done_missing"
    example: ClassVar[str] = "text_done_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-003",)
    wanted: ClassVar[str] = "output_text.done"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == TEXT_DONE


@dataclass(frozen=True, kw_only=True)
class TextDoneRepeated(Addition):
    """An `output_text.done` comes twice."""

    name: ClassVar[str] = "text_done_repeated"
    example: ClassVar[str] = "text_done_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-003", "RESP-TEXT-004")
    wanted: ClassVar[str] = "output_text.done"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == TEXT_DONE else []


@dataclass(frozen=True, kw_only=True)
class TextDoneDiffers(Edit):
    """`output_text.done` has another text than its deltas and all that follows.

    No client of OpenAI notices.
    """

    name: ClassVar[str] = "text_done_differs"
    example: ClassVar[str] = "text_done_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TEXT-001", "RESP-TEXT-002")
    wanted: ClassVar[str] = "output_text.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != TEXT_DONE or not isinstance(value.get("text"), str) or not stream.here():
            return False
        value["text"] += "!"
        return True


@dataclass(frozen=True, kw_only=True)
class TextSnapshotDiffers(Edit):
    """The text in `content_part.done`, in `output_item.done` or in the final output is another one."""

    name: ClassVar[str] = "text_snapshot_differs"
    example: ClassVar[str] = "text_snapshot_differs:how=final"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "part": ("RESP-TEXT-002",),
        "item": ("RESP-TEXT-002", "RESP-TERM-002"),
        "final": ("RESP-TEXT-002", "RESP-TERM-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole text there"

    how: str = manner(breaks_by_how, "Where it changes.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kinds = {"part": (PART_DONE,), "item": (DONE,), "final": TERMINAL}[self.how]
        found = [
            one for _, one in texts(value) if value.get("type") in kinds and one.get("type") == "output_text"
        ]
        if not found or not stream.here():
            return False
        found[0]["text"] += "!"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never had the text done."""
        return broken_off(exchange) if self.how == "final" else None


@dataclass(frozen=True, kw_only=True)
class DeltaAfterTextDone(Mutation):
    """The last `output_text.delta` comes after its `output_text.done`, or comes there once more."""

    name: ClassVar[str] = "delta_after_text_done"
    example: ClassVar[str] = "delta_after_text_done"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "moved": ("RESP-TEXT-001", "RESP-TEXT-004", "RESP-TEXT-005"),
        "again": ("RESP-TEXT-004", "XLAT-TEXT-001"),
    }
    positional: ClassVar[str | None] = "how"
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "output_text.done right after a delta"

    how: str = manner(breaks_by_how, "Where it comes from.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            if held is not None and event.kind == TEXT_DONE and stream.here():
                if self.how == "again":
                    yield held
                yield event
                yield held.like(held.value)
                held = None
                continue
            if held is not None:
                yield held
            held = event if event.kind == TEXT_DELTA else None
            if held is None:
                yield event
        if held is not None:
            yield held

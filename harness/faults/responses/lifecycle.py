"""How a response begins and ends: an event of its life is missing, repeated, late, or at odds with its status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Omission
from harness.faults.responses.items import ADDED, DONE, TERMINAL, broken_off, response, resumed, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CreatedMissing(Omission):
    """`response.created` is left out."""

    name: ClassVar[str] = "created_missing"
    example: ClassVar[str] = "created_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-001", "RESP-LIFE-002")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.created"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.created"


@dataclass(frozen=True, kw_only=True)
class CreatedRepeated(Addition):
    """`response.created` comes twice."""

    name: ClassVar[str] = "created_repeated"
    example: ClassVar[str] = "created_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-002",)
    wanted: ClassVar[str] = "response.created"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == "response.created" else []


@dataclass(frozen=True, kw_only=True)
class QueuedUnasked(Addition):
    """`response.queued` comes, though the request does not ask for a background response."""

    name: ClassVar[str] = "queued_unasked"
    example: ClassVar[str] = "queued_unasked"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-003",)
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    wanted: ClassVar[str] = "response.created of a response that does not run in the background"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if value.get("type") != "response.created" or not stream.request or stream.request.get("background"):
            return []
        return [{**value, "type": "response.queued", "response": {**response(value), "status": "queued"}}]


@dataclass(frozen=True, kw_only=True)
class InProgressMissing(Omission):
    """`response.in_progress` is left out."""

    name: ClassVar[str] = "in_progress_missing"
    example: ClassVar[str] = "in_progress_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-004",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.in_progress"

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        return value.get("type") == "response.in_progress"

    def equivalent(self, exchange: Exchange) -> str | None:
        """It may have come before a resumed stream, and it may have had no time before an error."""
        return broken_off(exchange) or resumed(exchange)


@dataclass(frozen=True, kw_only=True)
class InProgressRepeated(Addition):
    """`response.in_progress` comes twice."""

    name: ClassVar[str] = "in_progress_repeated"
    example: ClassVar[str] = "in_progress_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-004",)
    wanted: ClassVar[str] = "response.in_progress"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if value.get("type") == "response.in_progress" else []


@dataclass(frozen=True, kw_only=True)
class InProgressLate(Addition):
    """`response.in_progress` comes once more, after the first item was added."""

    name: ClassVar[str] = "in_progress_late"
    example: ClassVar[str] = "in_progress_late"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-004",)
    wanted: ClassVar[str] = "item that is added after response.in_progress"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if value.get("type") == "response.in_progress":
            stream.notes["progress"] = value
        if value.get("type") != ADDED or "progress" not in stream.notes:
            return []
        return [dict(stream.notes.pop("progress"))]


@dataclass(frozen=True, kw_only=True)
class StatusMismatch(Edit):
    """The `status` of a response is not that of its event."""

    name: ClassVar[str] = "status_mismatch"
    example: ClassVar[str] = "status_mismatch:how=terminal"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "created": ("RESP-LIFE-007",),
        "terminal": ("RESP-LIFE-007",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "lifecycle event of that kind with a status"

    how: str = manner(breaks_by_how, "In which event.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kinds = ("response.created",) if self.how == "created" else TERMINAL
        if value.get("type") not in kinds or "status" not in response(value) or not stream.here():
            return False
        response(value)["status"] = "completed" if self.how == "created" else "in_progress"
        return True


@dataclass(frozen=True, kw_only=True)
class TerminalRepeated(Addition):
    """The terminal event comes twice."""

    name: ClassVar[str] = "terminal_repeated"
    example: ClassVar[str] = "terminal_repeated"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-005", "RESP-LIFE-006")
    wanted: ClassVar[str] = "terminal event"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [dict(value)] if terminal(value) else []


@dataclass(frozen=True, kw_only=True)
class EventAfterTerminal(Addition):
    """The last event of an item comes again after the terminal event."""

    name: ClassVar[str] = "event_after_terminal"
    example: ClassVar[str] = "event_after_terminal"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-006", "RESP-ITEM-013", "RESP-ITEM-014")
    wanted: ClassVar[str] = "terminal event after an item"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        if value.get("type") == DONE:
            stream.notes["last"] = value
        return [dict(stream.notes["last"])] if terminal(value) and "last" in stream.notes else []

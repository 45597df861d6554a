"""What a response that ended says about why: a failure without its error, or sold as success."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import table
from harness.faults.fault import manner
from harness.faults.mutation import Edit, Mutation, number_of
from harness.faults.responses.items import DONE, item, output, scoped, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event, Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class CompletedWithError(Edit):
    """`response.completed` has an `error` or `incomplete_details`."""

    name: ClassVar[str] = "completed_with_error"
    example: ClassVar[str] = "completed_with_error:how=incomplete_details"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "error": (
            "RESP-LIFE-010",
            "XLAT-FIN-001",
        ),
        "incomplete_details": ("RESP-LIFE-010",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.completed"

    how: str = manner(breaks_by_how, "Which of the two it has.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.completed" or not terminal(value) or not stream.here():
            return False
        if self.how == "error":
            terminal(value)["error"] = {"code": "server_error", "message": "The server had an error."}
        else:
            terminal(value)["incomplete_details"] = {"reason": "max_output_tokens"}
        return True


@dataclass(frozen=True, kw_only=True)
class IncompleteAsCompleted(Edit):
    """A response that ended for want of tokens, or by a filter, comes as `response.completed`.

    The reason is gone and every item is completed: nine gateways did this in the summer of 2026.
    """

    name: ClassVar[str] = "incomplete_as_completed"
    example: ClassVar[str] = "incomplete_as_completed"
    breaks: ClassVar[tuple[str, ...]] = (
        "RESP-LIFE-008",
        "RESP-ITEM-012",
        "RESP-TERM-002",
        "XLAT-FIN-001",
        "XLAT-FIN-004",
    )
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.incomplete"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") == DONE and item(value).get("status") == "incomplete":
            # The end that follows is response.incomplete: an item may be so only there.
            item(value)["status"] = "completed"
            return True
        if value.get("type") != "response.incomplete" or not terminal(value) or not stream.here():
            return False
        value["type"] = "response.completed"
        value["response"].update(status="completed", incomplete_details=None)
        for one in output(value):
            if one.get("status") == "incomplete":
                one["status"] = "completed"
        return True


@dataclass(frozen=True, kw_only=True)
class IncompleteDetailsMissing(Edit):
    """`response.incomplete` has no `incomplete_details`."""

    name: ClassVar[str] = "incomplete_details_missing"
    example: ClassVar[str] = "incomplete_details_missing"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-008", "XLAT-FIN-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.incomplete with details"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.incomplete" or not terminal(value).get("incomplete_details"):
            return False
        if not stream.here():
            return False
        terminal(value)["incomplete_details"] = None
        return True


@dataclass(frozen=True, kw_only=True)
class FailedAsCompleted(Edit):
    """`response.failed` comes as `response.completed` without an error.

    Gateways that swallow an error of upstream do this.
    """

    name: ClassVar[str] = "failed_as_completed"
    example: ClassVar[str] = "failed_as_completed"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-ERR-001", "XLAT-ERR-002", "RESP-ITEM-012", "RESP-TERM-004")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.failed"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.failed" or not terminal(value) or not stream.here():
            return False
        value["type"] = "response.completed"
        value["response"].update(status="completed", error=None)
        return True


@dataclass(frozen=True, kw_only=True)
class FailedErrorShape(Edit):
    """The error of `response.failed` has a number for a code, no code, or an empty message."""

    name: ClassVar[str] = "failed_error_shape"
    example: ClassVar[str] = "failed_error_shape:how=message_empty"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "code_number": ("RESP-ERR-001", "RESP-ENV-004"),
        "code_unknown": ("RESP-ERR-001",),
        "code_absent": ("RESP-ERR-001", "RESP-LIFE-009", "RESP-ENV-004"),
        "message_empty": ("RESP-ERR-001", "RESP-LIFE-009"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.failed with an error"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        error = table(terminal(value).get("error"))
        if value.get("type") != "response.failed" or "code" not in error or not stream.here():
            return False
        if self.how == "code_absent":
            del error["code"]
        elif self.how == "message_empty":
            error["message"] = ""
        else:
            error["code"] = 500 if self.how == "code_number" else "went_wrong"
        return True


@dataclass(frozen=True, kw_only=True)
class FailedWithoutError(Edit):
    """`response.failed` has no `error`."""

    name: ClassVar[str] = "failed_without_error"
    example: ClassVar[str] = "failed_without_error"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-LIFE-009", "XLAT-ERR-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.failed with an error"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.failed" or not terminal(value).get("error") or not stream.here():
            return False
        terminal(value)["error"] = None
        return True


@dataclass(frozen=True, kw_only=True)
class ErrorEventShape(Mutation):
    """The stream ends with an `error` event that is flat or has no message."""

    name: ClassVar[str] = "error_event_shape"
    example: ClassVar[str] = "error_event_shape:how=string"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "flat": (
            "RESP-LIFE-011",
            "RESP-LIFE-012",
            "XLAT-FIN-001",
        ),
        "no_message": (
            "RESP-LIFE-011",
            "RESP-LIFE-012",
            "RESP-ENV-004",
            "XLAT-FIN-001",
        ),
        "string": (
            "RESP-LIFE-011",
            "RESP-LIFE-012",
            "RESP-ENV-004",
            "XLAT-FIN-001",
        ),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "event of an item"

    how: str = manner(breaks_by_how, "What the event is like.")

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        flat = {"code": "server_error", "message": "The server had an error.", "param": None}
        shapes: dict[str, Json] = {
            "flat": flat,
            "no_message": {"error": {"type": "server_error"}},
            "string": {"error": "boom"},
        }
        for event in stream:
            yield event
            if scoped(event.value) and stream.here():
                number = number_of(event)
                count = {} if number is None else {"sequence_number": number + 1}
                yield event.like({"type": "error", **count, **shapes[self.how]})
                return

"""The response that the first and the last event hold: its keys, its times, and the settings it repeats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import response, resumed, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream

_SETTINGS = (
    "temperature",
    "top_p",
    "instructions",
    "metadata",
    "store",
    "previous_response_id",
    "max_output_tokens",
)


@dataclass(frozen=True, kw_only=True)
class ResponseObject(Edit):
    """The `object` of the response is not `response`."""

    name: ClassVar[str] = "response_object"
    example: ClassVar[str] = "response_object"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-001", "RESP-ENV-004")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if response(value).get("object") != "response" or not stream.here():
            return False
        value["response"]["object"] = "chat.completion"
        return True


@dataclass(frozen=True, kw_only=True)
class ResponseFieldAbsent(Edit):
    """No lifecycle event has one of the required keys of a response.

    Servers that send only id, object and status do this.
    """

    name: ClassVar[str] = "response_field_absent"
    example: ClassVar[str] = "response_field_absent:how=status"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "model": ("RESP-OBJ-001", "RESP-ENV-004"),
        "created_at": ("RESP-OBJ-001", "RESP-ENV-004"),
        "tools": ("RESP-OBJ-001", "RESP-ENV-004"),
        "tool_choice": ("RESP-OBJ-001", "RESP-ENV-004"),
        "parallel_tool_calls": ("RESP-OBJ-001", "RESP-ENV-004"),
        "id": ("RESP-OBJ-001", "RESP-ENV-004", "RESP-ID-001"),
        "status": ("RESP-OBJ-001", "RESP-ENV-004", "RESP-LIFE-007"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with that key"

    how: str = manner(breaks_by_how, "Which key it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if self.how not in response(value) or not stream.here():
            return False
        del value["response"][self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class NullableFieldAbsent(Edit):
    """Every key of a response that is null is absent."""

    name: ClassVar[str] = "nullable_field_absent"
    example: ClassVar[str] = "nullable_field_absent"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "lifecycle event with null keys"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [key for key, one in response(value).items() if one is None]
        if not found or not stream.here():
            return False
        for key in found:
            del value["response"][key]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Only the first object of a stream is looked at, and a resumed one lacks it."""
        return resumed(exchange)


@dataclass(frozen=True, kw_only=True)
class CreatedWithOutput(Edit):
    """The response has output or usage before the first item."""

    name: ClassVar[str] = "created_with_output"
    example: ClassVar[str] = "created_with_output:how=usage"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "output": ("RESP-OBJ-003",),
        "usage": ("RESP-OBJ-003",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.created"

    how: str = manner(breaks_by_how, "What it has.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.created" or not response(value) or not stream.here():
            return False
        if self.how == "output":
            part = {"type": "output_text", "text": "", "annotations": []}
            message = {
                "type": "message",
                "id": "msg_early",
                "role": "assistant",
                "status": "in_progress",
                "content": [part],
            }
            value["response"]["output"] = [message]
        else:
            zero = {
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0},
            }
            value["response"]["usage"] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0, **zero}
        return True


@dataclass(frozen=True, kw_only=True)
class CompletedAtEarly(Edit):
    """`completed_at` has a time in `response.created`."""

    name: ClassVar[str] = "completed_at_early"
    example: ClassVar[str] = "completed_at_early"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-005",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "response.created"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if value.get("type") != "response.created" or not response(value) or not stream.here():
            return False
        created = value["response"].get("created_at")
        value["response"]["completed_at"] = created if type(created) is int else 1
        return True


@dataclass(frozen=True, kw_only=True)
class EchoDiffers(Edit):
    """A setting of the request comes back changed in every lifecycle event."""

    name: ClassVar[str] = "echo_differs"
    example: ClassVar[str] = "echo_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-004",)
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "setting of the request in a response"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found, asked = response(value), stream.request
        name = next(
            (key for key in _SETTINGS if key in found and key in asked and asked[key] == found[key]), None
        )
        if name is None or not stream.here():
            return False
        changes = {
            "temperature": 0.123,
            "top_p": 0.123,
            "metadata": {"other": "yes"},
            "max_output_tokens": 1_000_000,
        }
        found[name] = changes.get(name, not found[name] if isinstance(found[name], bool) else "other")
        return True


@dataclass(frozen=True, kw_only=True)
class OutputTextField(Edit):
    """The response has `output_text`, which OpenAI's clients compute and no server sends."""

    name: ClassVar[str] = "output_text_field"
    example: ClassVar[str] = "output_text_field"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-OBJ-006",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "terminal event"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not terminal(value) or not stream.here():
            return False
        terminal(value)["output_text"] = ""
        return True

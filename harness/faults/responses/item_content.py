"""What an item says when it is added and when it is done: its first content, and its status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import ADDED, DONE, broken_off, ends_with, item, whole_items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream

_KINDS = {
    "completed": ("message", "function_call", "custom_tool_call"),
    "absent": ("message", "function_call"),
}
"""The items that have a status; in the SDKs' types, that of a custom tool call may be left out."""


@dataclass(frozen=True, kw_only=True)
class AddedCall(Edit):
    """An added function call lacks its name, call_id or arguments, or has arguments already."""

    name: ClassVar[str] = "added_call"
    example: ClassVar[str] = "added_call:how=call_id_absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "arguments_null": ("RESP-ITEM-017", "RESP-ENV-004"),
        "arguments_full": ("RESP-ITEM-017",),
        "name_empty": ("RESP-ITEM-017", "RESP-FC-006"),
        "name_absent": ("RESP-ITEM-017", "RESP-FC-006", "RESP-ENV-004"),
        "call_id_empty": ("RESP-ITEM-017", "RESP-ITEM-009", "RESP-FC-006"),
        "call_id_absent": ("RESP-ITEM-017", "RESP-ITEM-009", "RESP-FC-006", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added function call"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = item(value, "function_call") if value.get("type") == ADDED else {}
        field, _, state = self.how.rpartition("_")
        if field not in one or not stream.here():
            return False
        if state == "absent":
            del one[field]
        else:
            one[field] = {"null": None, "full": "{}", "empty": ""}[state]
        return True


@dataclass(frozen=True, kw_only=True)
class AddedMessage(Edit):
    """An added message has null `content`, content already, or another role."""

    name: ClassVar[str] = "added_message"
    example: ClassVar[str] = "added_message:how=role_absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "content_null": ("RESP-ITEM-016", "RESP-ENV-004"),
        "content_full": ("RESP-ITEM-016",),
        "role_user": ("RESP-ITEM-016", "RESP-ENV-004"),
        "role_absent": ("RESP-ITEM-016", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added message"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = item(value, "message") if value.get("type") == ADDED else {}
        if "content" not in one or "role" not in one or not stream.here():
            return False
        if self.how == "role_absent":
            del one["role"]
        elif self.how == "role_user":
            one["role"] = "user"
        else:
            one["content"] = (
                None
                if self.how == "content_null"
                else [{"type": "output_text", "text": "", "annotations": []}]
            )
        return True


@dataclass(frozen=True, kw_only=True)
class AddedStatus(Edit):
    """The `status` of an added message or call is `completed`, or absent."""

    name: ClassVar[str] = "added_status"
    example: ClassVar[str] = "added_status:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "completed": ("RESP-ITEM-010",),
        "absent": ("RESP-ITEM-010", "RESP-ENV-004"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "added message or call in progress"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        one = item(value, *_KINDS[self.how]) if value.get("type") == ADDED else {}
        if one.get("status") != "in_progress" or not stream.here():
            return False
        if self.how == "absent":
            del one["status"]
        else:
            one["status"] = "completed"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never says whether the item was whole."""
        if self.how == "completed":
            return broken_off(exchange)
        return None


@dataclass(frozen=True, kw_only=True)
class DoneStatus(Edit):
    """The `status` of a finished item is `in_progress`, in `output_item.done` and at the end."""

    name: ClassVar[str] = "done_status"
    example: ClassVar[str] = "done_status"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-011",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finished item with a status"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [one for _, one in whole_items(value) if one.get("status") == "completed"]
        if not found or not stream.here():
            return False
        for one in found:
            one["status"] = "in_progress"
        return True


@dataclass(frozen=True, kw_only=True)
class IncompleteItem(Edit):
    """The first message or call is `incomplete`, in `output_item.done` and at the end, in a response that is
    completed.
    """

    name: ClassVar[str] = "incomplete_item"
    example: ClassVar[str] = "incomplete_item"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-018",)
    wanted: ClassVar[str] = "completed message or call"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change its status; whether it did."""
        one = item(value, "message", "function_call") if value.get("type") == DONE else {}
        if one.get("status") == "completed" and string(one.get("id")) and stream.here():
            stream.notes["id"] = one["id"]
        edited = False
        for _, found in whole_items(value):
            if "id" in stream.notes and found.get("id") == stream.notes["id"]:
                found["status"] = "incomplete"
                edited = True
        return edited

    def equivalent(self, exchange: Exchange) -> str | None:
        """A response that is not completed may have one."""
        return None if ends_with(exchange, "response.completed") else "the response is not completed"


@dataclass(frozen=True, kw_only=True)
class IncompleteItemStatus(Edit):
    """The last item of an incomplete response is `completed`, in `output_item.done` and at the end."""

    name: ClassVar[str] = "incomplete_item_status"
    example: ClassVar[str] = "incomplete_item_status"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TERM-006",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "incomplete item"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [one for _, one in whole_items(value) if one.get("status") == "incomplete"]
        if not found or not stream.here():
            return False
        for one in found:
            one["status"] = "completed"
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response may leave its items in any state."""
        return broken_off(exchange)

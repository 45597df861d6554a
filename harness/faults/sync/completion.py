"""What a whole Chat completion says: its choices, their messages, and the calls in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
from harness.faults.fault import manner
from harness.faults.sync.body import BodyFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json


@dataclass(frozen=True, kw_only=True)
class SyncChoice(BodyFault):
    """A whole Chat completion has another object, no choices, or a choice without index or finish reason."""

    name: ClassVar[str] = "sync_choice"
    example: ClassVar[str] = "sync_choice:how=finish_null"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "object": ("CHAT-SYNC-001",),
        "choices_empty": ("CHAT-SYNC-001",),
        "index_absent": ("CHAT-SYNC-001",),
        "finish_null": ("CHAT-SYNC-001", "XLAT-FIN-005"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        found = entries(value.get("choices"))
        if not found or value.get("object") != "chat.completion":
            return False
        if self.how == "object":
            value["object"] = "chat.completion.chunk"
        elif self.how == "choices_empty":
            value["choices"] = []
        elif self.how == "index_absent":
            found[0].pop("index", None)
        else:
            found[0]["finish_reason"] = None
        return True


@dataclass(frozen=True, kw_only=True)
class SyncMessage(BodyFault):
    """The message of a whole Chat completion has another role, a list for content, or no refusal."""

    name: ClassVar[str] = "sync_message"
    example: ClassVar[str] = "sync_message:how=refusal"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "role": ("CHAT-SYNC-002",),
        "content": ("CHAT-SYNC-002",),
        "refusal": ("CHAT-SYNC-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "message of a whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        messages = [table(choice.get("message")) for choice in entries(value.get("choices"))]
        if not messages or not messages[0]:
            return False
        if self.how == "role":
            messages[0]["role"] = "user"
        elif self.how == "content":
            messages[0]["content"] = [{"type": "text", "text": string(messages[0].get("content"))}]
        else:
            messages[0].pop("refusal", None)
        return True


@dataclass(frozen=True, kw_only=True)
class SyncDelta(BodyFault):
    """A choice of a whole Chat completion has a `delta` beside its message."""

    name: ClassVar[str] = "sync_delta"
    example: ClassVar[str] = "sync_delta"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-SYNC-005",)
    wanted: ClassVar[str] = "whole Chat completion"

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        found = [choice for choice in entries(value.get("choices")) if table(choice.get("message"))]
        if not found:
            return False
        found[0]["delta"] = {}
        return True


@dataclass(frozen=True, kw_only=True)
class SyncToolCall(BodyFault):
    """A tool call of a whole Chat completion has parsed arguments, no id, no type, or an index."""

    name: ClassVar[str] = "sync_tool_call"
    example: ClassVar[str] = "sync_tool_call:how=index"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "arguments": ("CHAT-SYNC-003",),
        "id": ("CHAT-SYNC-003",),
        "type": ("CHAT-SYNC-003",),
        "name": ("CHAT-SYNC-003",),
        "index": ("CHAT-SYNC-005",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "tool call of a whole Chat completion"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def change(self, value: Json, exchange: Exchange) -> bool:
        """Change the body; whether it did."""
        del exchange
        messages = [table(choice.get("message")) for choice in entries(value.get("choices"))]
        found = [call for message in messages for call in entries(message.get("tool_calls"))]
        if not found:
            return False
        call = found[0]
        if self.how == "arguments":
            table(call.get("function"))["arguments"] = {}
        elif self.how == "index":
            call["index"] = 0
        else:
            (table(call.get("function")) if self.how == "name" else call).pop(self.how, None)
        return True

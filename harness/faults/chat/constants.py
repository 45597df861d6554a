"""What is the same in every chunk, and is not: the id, the object, the time, the model, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, delta, is_chunk, later
from harness.faults.event import string
from harness.faults.fault import manner
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChunkObject(Edit):
    """The `object` of chunks is not `chat.completion.chunk`.

    OpenAI's Python client leaves such chunks out without a word.
    """

    name: ClassVar[str] = "chunk_object"
    example: ClassVar[str] = "chunk_object:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "wrong": ("CHAT-OBJ-001",),
        "empty": ("CHAT-OBJ-001",),
        "absent": ("CHAT-OBJ-001", "CHAT-OBJ-002"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with an object"

    how: str = manner(breaks_by_how, "What `object` is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or "object" not in value or not stream.here():
            return False
        if self.how == "absent":
            del value["object"]
        else:
            value["object"] = "" if self.how == "empty" else "chat.completion"
        return True


@dataclass(frozen=True, kw_only=True)
class OmitChunkField(Edit):
    """One chunk has no `id`, `created` or `model`.

    Chunks that a gateway adds of its own, with costs or citations, are often so.
    """

    name: ClassVar[str] = "omit_chunk_field"
    example: ClassVar[str] = "omit_chunk_field:how=model"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("CHAT-OBJ-002",),
        "created": ("CHAT-OBJ-002",),
        "model": ("CHAT-OBJ-002",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with that key"

    how: str = manner(breaks_by_how, "Which key it lacks.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or self.how not in value or not stream.here():
            return False
        del value[self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class ChatIdChanges(Edit):
    """Every chunk but the first has an `id` of its own.

    Clients that show one message for each id show many.
    """

    name: ClassVar[str] = "chat_id_changes"
    example: ClassVar[str] = "chat_id_changes"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ID-001", "XLAT-ID-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second chunk with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not later(value, stream) or not string(value.get("id")) or not stream.here():
            return False
        value["id"] = f"{value['id']}-{stream.places}"
        return True


@dataclass(frozen=True, kw_only=True)
class ChatIdEmpty(Edit):
    """The `id` of every chunk is empty."""

    name: ClassVar[str] = "chat_id_empty"
    example: ClassVar[str] = "chat_id_empty"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-ID-002",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with an id"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not (is_chunk(value) or _spoken(value)) or not value.get("id") or not stream.here():
            return False
        value["id"] = ""
        return True


def _spoken(value: Json) -> bool:
    """Whether this is a chunk without choices, as answers with audio have them."""
    return value.get("object") == "chat.completion.chunk" and "choices" not in value


@dataclass(frozen=True, kw_only=True)
class CreatedChanges(Edit):
    """`created` is a second later from one chunk on.

    Servers that stamp each chunk when they send it do this.
    """

    name: ClassVar[str] = "created_changes"
    example: ClassVar[str] = "created_changes"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CREATED-001",)
    wanted: ClassVar[str] = "second chunk with a time"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if later(value, stream) and type(value.get("created")) is int:
            if stream.here():
                stream.notes["moved"] = True
            if stream.notes.get("moved"):
                value["created"] += 1
                return True
        return False


@dataclass(frozen=True, kw_only=True)
class CreatedUnit(Edit):
    """`created` is no whole number of seconds on every chunk."""

    name: ClassVar[str] = "created_unit"
    example: ClassVar[str] = "created_unit:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "fraction": ("CHAT-CREATED-002",),
        "milliseconds": ("CHAT-CREATED-002",),
        "text": ("CHAT-CREATED-002",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with a time"

    how: str = manner(breaks_by_how, "What it is instead.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        created = value.get("created")
        if not is_chunk(value) or type(created) is not int or not stream.here():
            return False
        made = {"fraction": created + 0.5, "milliseconds": max(created, 1) * 1000, "text": str(created)}
        value["created"] = made[self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class ModelChanges(Edit):
    """The `model` of one chunk is another one, empty or null."""

    name: ClassVar[str] = "model_changes"
    example: ClassVar[str] = "model_changes:how=null"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "other": ("CHAT-MODEL-001",),
        "empty": ("CHAT-MODEL-001",),
        "null": ("CHAT-MODEL-001",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "second chunk with a model"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not later(value, stream) or not string(value.get("model")) or not stream.here():
            return False
        value["model"] = {"other": value["model"] + "-other", "empty": "", "null": None}[self.how]
        return True


@dataclass(frozen=True, kw_only=True)
class FingerprintChanges(Edit):
    """The `system_fingerprint` of one chunk is another one."""

    name: ClassVar[str] = "fingerprint_changes"
    example: ClassVar[str] = "fingerprint_changes"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-FP-001",)
    wanted: ClassVar[str] = "second chunk with a system fingerprint"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not later(value, stream) or not string(value.get("system_fingerprint")) or not stream.here():
            return False
        value["system_fingerprint"] += "x"
        return True


@dataclass(frozen=True, kw_only=True)
class ObfuscationType(Edit):
    """The `obfuscation` of a chunk is a number."""

    name: ClassVar[str] = "obfuscation_type"
    example: ClassVar[str] = "obfuscation_type"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-OBF-001",)
    wanted: ClassVar[str] = "chunk with a delta"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not any(delta(choice) for choice in choices(value)) or not stream.here():
            return False
        value["obfuscation"] = 17
        return True


@dataclass(frozen=True, kw_only=True)
class StreamOptionsEchoed(Edit):
    """Every chunk has the `stream_options` that a gateway set upstream."""

    name: ClassVar[str] = "stream_options_echoed"
    example: ClassVar[str] = "stream_options_echoed"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-REQ-001",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or not stream.here():
            return False
        value["stream_options"] = {"include_usage": True}
        return True

"""Which choices there are: one is lost or has a wrong number, or a chunk has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, has_audio, text, usage
from harness.faults.fault import manner
from harness.faults.mutation import Addition, Edit, Mutation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class ChoicesMissing(Addition):
    """A chunk comes whose `choices` is null or absent.

    Clients that iterate over the choices break there. Everything recorded comes too.
    """

    name: ClassVar[str] = "choices_missing"
    example: ClassVar[str] = "choices_missing:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("CHAT-CHOICE-001",),
        "absent": ("CHAT-CHOICE-001", "CHAT-OBJ-002"),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with a choice"

    how: str = manner(breaks_by_how, "What it is.")

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        if not choices(value) or usage(value):
            return []
        new = {**value, "choices": None}
        if self.how == "absent":
            del new["choices"]
        return [new]

    def equivalent(self, exchange: Exchange) -> str | None:
        """A spoken answer may have such chunks."""
        if self.how == "absent" and has_audio(exchange):
            return "an answer with audio has chunks without choices"
        return None


@dataclass(frozen=True, kw_only=True)
class ChoicesEmpty(Addition):
    """A chunk comes whose `choices` is empty, and that has no usage.

    Clients that look at the first choice break there.
    """

    name: ClassVar[str] = "choices_empty"
    example: ClassVar[str] = "choices_empty"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-002",)
    wanted: ClassVar[str] = "chunk with a choice"

    def added(self, value: Json, stream: Stream) -> list[Json]:
        """What comes behind it."""
        del stream
        return [{**value, "choices": []}] if choices(value) and not usage(value) else []


@dataclass(frozen=True, kw_only=True)
class ChoicesMerged(Edit):
    """Every choice has the `index` 0, though several were asked for."""

    name: ClassVar[str] = "choices_merged"
    example: ClassVar[str] = "choices_merged"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-CHOICE-006",
        "CHAT-ROLE-002",
        "CHAT-FIN-001",
        "CHAT-FIN-003",
        "XLAT-N-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [
            choice for choice in choices(value) if type(choice.get("index")) is int and choice["index"] > 0
        ]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] = 0
        return True


@dataclass(frozen=True, kw_only=True)
class ChoiceIndexMissing(Edit):
    """No choice of a chunk has an `index`."""

    name: ClassVar[str] = "choice_index_missing"
    example: ClassVar[str] = "choice_index_missing"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-003", "XLAT-TEXT-001")
    wanted: ClassVar[str] = "chunk with a choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if "index" in choice and not finish(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            del choice["index"]
        return True


@dataclass(frozen=True, kw_only=True)
class ChoiceIndexFromOne(Edit):
    """The `index` of every choice is one too high.

    It is also as high as the number of choices asked for, and so out of range.
    """

    name: ClassVar[str] = "choice_index_from_one"
    example: ClassVar[str] = "choice_index_from_one"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-CHOICE-004",
        "CHAT-CHOICE-005",
        "CHAT-CHOICE-006",
        "XLAT-N-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with a choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if type(choice.get("index")) is int]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] += 1
        return True


@dataclass(frozen=True, kw_only=True)
class ChoiceIndexOutOfRange(Edit):
    """The `index` of every choice is far too high."""

    name: ClassVar[str] = "choice_index_out_of_range"
    example: ClassVar[str] = "choice_index_out_of_range"
    breaks: ClassVar[tuple[str, ...]] = (
        "CHAT-CHOICE-004",
        "CHAT-CHOICE-005",
        "CHAT-CHOICE-006",
        "XLAT-N-001",
    )
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with a choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if type(choice.get("index")) is int]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] += 197
        return True


@dataclass(frozen=True, kw_only=True)
class ChoiceOrder(Edit):
    """Of several choices, the first two have changed their `index`, so that 1 comes before 0.

    OpenAI's clients number choices by arrival and mix them up.
    """

    name: ClassVar[str] = "choice_order"
    example: ClassVar[str] = "choice_order"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-005", "XLAT-N-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second choice"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if choice.get("index") in [0, 1] and _several(stream)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["index"] = 1 - choice["index"]
        return True


def _several(stream: Stream) -> bool:
    wanted = stream.request.get("n")
    return type(wanted) is int and wanted > 1


@dataclass(frozen=True, kw_only=True)
class ChoiceLost(Mutation):
    """Of several choices, the second is left out."""

    name: ClassVar[str] = "choice_lost"
    example: ClassVar[str] = "choice_lost"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CHOICE-006", "XLAT-N-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "second choice"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        for event in stream:
            kept = [choice for choice in choices(event.value) if choice.get("index") != 1]
            if len(kept) == len(choices(event.value)) or not stream.here():
                yield event
            elif kept or usage(event.value):
                event.value["choices"] = kept
                yield event.rewritten()


@dataclass(frozen=True, kw_only=True)
class ChoiceMessage(Edit):
    """A choice of a chunk has a `message` or `text` beside its delta, as whole answers have."""

    name: ClassVar[str] = "choice_message"
    example: ClassVar[str] = "choice_message:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "message": ("CHAT-CHOICE-007",),
        "text": ("CHAT-CHOICE-007",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "chunk with a choice"

    how: str = manner(breaks_by_how, "Which key it has.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not choices(value) or not stream.here():
            return False
        for choice in choices(value):
            words = text(choice)
            choice[self.how] = words if self.how == "text" else {"role": "assistant", "content": words}
        return True

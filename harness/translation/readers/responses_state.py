"""What is known of the output items of a Responses answer, and which item an event is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.accumulator import Accumulator
from harness.translation.readers.openai_members import some_text

if TYPE_CHECKING:
    from harness.turn.increments import Increment

MESSAGE, REASONING, CALL, HOSTED = "message", "reasoning", "call", "hosted"

ARGUMENTS: Final = {"function_call": "arguments", "custom_tool_call": "input"}
"""The member that has the arguments or the input, by the type of the item."""


class Part:
    """A text within an item: a content part, or a part of a summary.

    Attributes:
        kind: "output_text", "refusal", "reasoning_text" or "summary_text".
        number: Its `content_index` or `summary_index`.
        ref: The block: the part's own in a message, the item's in a thought.
        said: What its deltas have said.
        notes: How many annotations came.
        has_tokens: Log probabilities came.
        final: The whole, where an end says it in other words.
        is_open: Its block is open.
        is_said: Its whole was said: a delta that comes now has been said already.
    """

    __slots__ = ("final", "has_tokens", "is_open", "is_said", "kind", "notes", "number", "ref", "said")

    def __init__(self, kind: str, number: int, ref: int) -> None:
        self.kind = kind
        self.number = number
        self.ref = ref
        self.said = Accumulator()
        self.notes = 0
        self.has_tokens = False
        self.final: str | None = None
        self.is_open = True
        self.is_said = False


class Item:
    """An output item.

    Attributes:
        sort: MESSAGE, REASONING, CALL or HOSTED.
        type: Its type on the wire.
        ref: Its block.
        id: The id under which it was announced.
        call_id: Of a call.
        index: Its `output_index`; -1 where none was said.
        begun: Its start is out.
        is_done: Its end is out.
        parts: By `content_index`.
        summaries: By `summary_index`.
        said: The arguments, as far as deltas said them.
        final: The arguments, where an end says them in other words.
        is_said: The whole arguments were said.
        pieces: Deltas of a call that has no name yet.
    """

    __slots__ = (
        "begun", "call_id", "final", "id", "index", "is_done", "is_said", "name", "parts", "pieces", "ref", "said",
        "sort", "summaries", "type",
    )  # fmt: skip

    def __init__(self, sort: str, kind: str, ref: int, item_id: str, index: int) -> None:
        self.sort = sort
        self.type = kind
        self.ref = ref
        self.id = item_id
        self.index = index
        self.call_id = ""
        self.name = ""
        self.begun = False
        self.is_done = False
        self.is_said = False
        self.parts: dict[int, Part] = {}
        self.summaries: dict[int, Part] = {}
        self.said = Accumulator()
        self.final: str | None = None
        self.pieces: list[Increment] = []


def sort_of(kind: str) -> str:
    """Which of the sorts an item of that type is."""
    if kind in ARGUMENTS:
        return CALL
    return kind if kind in {MESSAGE, REASONING} else HOSTED


class Table:
    """The items so far, and what finds each of them without a look at the others: an answer may have thousands.

    Attributes:
        all: All of them, in order of appearance.
        by_id: By the id under which each was announced.
    """

    def __init__(self) -> None:
        self._refs = 0
        self._by_index: dict[int, Item] = {}
        self._by_call: dict[tuple[str, str], Item] = {}
        self.all: list[Item] = []
        self.by_id: dict[str, Item] = {}

    def new_ref(self) -> int:
        """A ref that was never used; later ones are greater."""
        self._refs += 1
        return self._refs

    def new(self, body: dict[str, Any], index: object) -> Item:
        """Enter an item that was not known."""
        kind = some_text(body.get("type")) or "unknown"
        item_id = some_text(body.get("id"))
        number = index if type(index) is int else -1
        item = Item(sort_of(kind), kind, self.new_ref(), item_id, number)
        self.is_call(item, some_text(body.get("call_id")))
        self.all.append(item)
        if item_id:
            self.by_id.setdefault(item_id, item)
        if number >= 0:
            self._by_index[number] = item
        return item

    def is_call(self, item: Item, call_id: str) -> None:
        """The id of an item's call, which may come after the item; it keeps the first that it had."""
        if item.call_id or not call_id:
            return
        item.call_id = call_id
        known = self._by_call.setdefault((item.type, call_id), item)
        if item.ref < known.ref:  # of two calls of the same id, the one that appeared first is meant
            self._by_call[item.type, call_id] = item

    def named(self, payload: dict[str, Any]) -> Item | None:
        """The item that an event names: by its id, else by its place."""
        item_id, index = payload.get("item_id"), payload.get("output_index")
        if isinstance(item_id, str) and (item := self.by_id.get(item_id)) is not None:
            return item
        return self._by_index.get(index) if type(index) is int else None

    def hosted(self, kind: str, payload: dict[str, Any]) -> Item | None:
        """The item of a tool that the provider runs which an event of that kind is about; None where it is another."""
        item = self.named(payload)
        words = kind.split(".")
        if item is None and len(words) > 2 and words[0] == "response" and "item_id" in payload:
            item_type = words[1].removesuffix("_code").removesuffix("_arguments")
            item = self.new({"id": payload["item_id"], "type": item_type}, payload.get("output_index"))
            item.sort = HOSTED
        return item if item is not None and item.sort == HOSTED else None

    def same(self, body: dict[str, Any], index: object) -> Item | None:
        """The item that a finished one is the end of: by its id, its call, or its place."""
        kind, item_id, call_id = body.get("type"), body.get("id"), some_text(body.get("call_id"))
        if isinstance(item_id, str) and (item := self.by_id.get(item_id)) is not None:
            return item
        if call_id and isinstance(kind, str) and (item := self._by_call.get((kind, call_id))) is not None:
            return item
        item = self._by_index.get(index) if type(index) is int else None
        if item is None or (item.type != kind and kind is not None):
            return None
        is_other_call = bool(call_id and item.call_id and item.call_id != call_id)
        return None if is_other_call else item

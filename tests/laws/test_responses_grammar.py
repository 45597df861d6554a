"""The law of the Responses machine: it accepts what its table accepts, and nothing else.

Streams are walked out of the table at random, then changed in one place. Whether the changed stream is still in the
table is decided here, by a plain reading of the table that shares no code with the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from harness.dialects.responses import DIALECT
from harness.dialects.responses.grammar import AUTOMATA, INDEX, PART_KINDS, ROWS, TERMINALS, Layer, Role
from harness.sse.event import SseEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.dialects.signal import Signal

Payload = dict[str, Any]

LEGAL = (
    "items-overlap",
    "-without-deltas",
    "empty-delta",
    "logprobs-missing",
    "partial-image-index",
    "sequence-",
)
"""Endings and beginnings of signals about what is legal and worth telling, or is no matter of order."""

OWN = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
    "apply_patch_call": ("apply_patch_call_operation_diff", "diff"),
}
BARE = ("local_shell_call", "computer_call", "tool_search_call", "mcp_approval_request")
SPOKEN = {
    "output_text": ("response.output_text", "text"),
    "refusal": ("response.refusal", "refusal"),
    "reasoning_text": ("response.reasoning_text", "text"),
}


# Walking the table


def deltas(draw: Callable[[Any], Any], least: int = 1) -> int:
    """How many deltas a text gets."""
    return int(draw(st.integers(least, 3)))


def part(draw: Callable[[Any], Any], kind: str, index: int) -> list[Payload]:
    """The events of one content part."""
    name, member = SPOKEN[kind]
    at = {"content_index": index}
    count = deltas(draw)
    said = [{"type": f"{name}.delta", "delta": "ab", **at} for _ in range(count)]
    if kind == "output_text" and draw(st.booleans()):
        said.insert(1, {"type": "response.output_text.annotation.added", "annotation_index": 0, **at})
    return [
        {"type": "response.content_part.added", "part": {"type": kind}, **at},
        *said,
        {"type": f"{name}.done", member: "ab" * count, **at},
        {"type": "response.content_part.done", "part": {"type": kind, member: "ab" * count}, **at},
    ]


def summary(draw: Callable[[Any], Any], index: int) -> list[Payload]:
    """The events of one part of a reasoning summary."""
    at = {"summary_index": index}
    name, kind = "response.reasoning_summary", {"type": "summary_text"}
    count = deltas(draw)
    return [
        {"type": f"{name}_part.added", "part": kind, **at},
        *({"type": f"{name}_text.delta", "delta": "ab", **at} for _ in range(count)),
        {"type": f"{name}_text.done", "text": "ab" * count, **at},
        {"type": f"{name}_part.done", "part": {**kind, "text": "ab" * count}, **at},
    ]


def own_text(draw: Callable[[Any], Any], name: str, member: str) -> list[Payload]:
    """The events of a text that the item itself has."""
    count = deltas(draw)
    said: list[Payload] = [{"type": f"response.{name}.delta", "delta": "ab"} for _ in range(count)]
    return [*said, {"type": f"response.{name}.done", member: "ab" * count}]


def shell(draw: Callable[[Any], Any], item_type: str) -> list[Payload]:
    """The events of a shell call, or of its output."""
    found: list[Payload] = []
    for index in range(draw(st.integers(0, 2))):
        at = {"command_index": index}
        if item_type == "shell_call":
            found.append({"type": "response.shell_call_command.added", "command": "", **at})
            found += [{"type": "response.shell_call_command.delta", "delta": "ls", **at}] * deltas(draw)
            found.append({"type": "response.shell_call_command.done", "command": "ls", **at})
        else:
            name = "response.shell_call_output_content"
            found += [{"type": f"{name}.delta", "delta": {"stdout": "a"}, **at}] * deltas(draw, 0)
            found.append({"type": f"{name}.done", "output": [], **at})
    return found


def steps(draw: Callable[[Any], Any], item_type: str) -> list[Payload]:
    """A walk through the automaton of a tool."""
    automaton, state, found = AUTOMATA[item_type], "", list[Payload]()
    while not (
        state in automaton.ends and (len(found) > 8 or state not in automaton.moves or draw(st.booleans()))
    ):
        moves = automaton.moves[state]
        choices = sorted(moves) if len(found) <= 8 else [kind for kind in moves if moves[kind] != state]
        kind = draw(st.sampled_from(choices))
        payload: Payload = {"type": kind}
        if ROWS[kind].role is not Role.MOVE:
            payload[ROWS[kind].member] = "ab"
        if kind.endswith("partial_image"):
            payload["partial_image_index"] = len(found)
        found.append(payload)
        state = moves[kind]
    return found


def content_of(item_type: str, inner: Sequence[Payload]) -> Payload:
    """What the item that is done has, so that counts agree with what was streamed."""
    kinds = [one["type"] for one in inner]
    content: Payload = {
        "content": [{}] * kinds.count("response.content_part.added"),
        "summary": [{}] * kinds.count("response.reasoning_summary_part.added"),
    }
    if item_type in OWN or item_type in {"mcp_call", "code_interpreter_call"}:
        content |= dict.fromkeys(("arguments", "input", "code", "diff"), "ab")
    return content


@st.composite
def item(draw: Callable[[Any], Any]) -> list[Payload]:
    """The events of one item, without its index."""
    kind: str = draw(
        st.sampled_from([*PART_KINDS, *OWN, *AUTOMATA, *BARE, "shell_call", "shell_call_output"])
    )
    inner: list[Payload] = []
    if kind == "reasoning" and draw(st.booleans()):
        for index in range(draw(st.integers(0, 2))):
            inner += summary(draw, index)
    elif kind in PART_KINDS:
        for index in range(draw(st.integers(0, 2))):
            inner += part(draw, draw(st.sampled_from(PART_KINDS[kind])), index)
    elif kind in OWN:
        inner = own_text(draw, *OWN[kind])
    elif kind in AUTOMATA:
        inner = steps(draw, kind)
    elif kind.startswith("shell_call"):
        inner = shell(draw, kind)
    return [
        {"type": "response.output_item.added", "item": {"type": kind}},
        *inner,
        {"type": "response.output_item.done", "item": {"type": kind, **content_of(kind, inner)}},
    ]


@st.composite
def walks(draw: Callable[[Any], Any]) -> list[Payload]:
    """A whole stream out of the table; items may overlap."""
    waiting = list(enumerate(draw(st.lists(item(), max_size=3))))
    overlap = draw(st.booleans())
    inner: list[Payload] = []
    names: dict[int, int] = {}
    while waiting:
        turn = draw(st.integers(0, len(waiting) - 1)) if overlap else 0
        key, one = waiting[turn]
        index = names.setdefault(key, len(names))
        payload = {**one.pop(0), "output_index": index}
        if "item" in payload:
            payload["item"] = {**payload["item"], "id": f"item_{index}"}
        elif ".shell_call_command." not in payload["type"]:
            payload["item_id"] = f"item_{index}"
        inner.append(payload)
        if not one:
            waiting.pop(turn)
    queued = draw(st.integers(0, 2))
    failing = draw(st.sampled_from(["", "error", "response.failed"]))
    ends = (
        ["error", "response.failed"]
        if failing == "error"
        else [failing or draw(st.sampled_from(TERMINALS[:2]))]
    )
    outer = ["response.created", *["response.queued"] * queued, "response.in_progress"]
    stream: list[Payload] = [
        *({"type": kind, "response": {}} for kind in outer),
        *inner,
        *({"type": kind, "response": {}} for kind in ends),
    ]
    if draw(st.booleans()):
        stream.insert(draw(st.integers(0, len(stream))), {"type": "keepalive"})
    return stream


# Reading the table


class Reading:
    """Whether a stream is in the table, event by event."""

    def __init__(self) -> None:
        self.phase = "start"
        self.items: list[dict[str, Any]] = []

    def takes(self, payload: Payload) -> bool:
        """Whether this event may come now; it is taken."""
        row = ROWS[payload["type"]]
        if row.layer is Layer.STREAM:
            if self.phase not in row.before:
                return False
            self.phase = row.after
            return payload["type"] != "response.completed" or all(one["done"] for one in self.items)
        if row.layer is Layer.ASIDE:
            return True
        return self.phase == "running" and (row.layer is Layer.AUDIO or self.within(payload))

    def within(self, payload: Payload) -> bool:
        """The same for an event of an item."""
        row, index = ROWS[payload["type"]], payload["output_index"]
        if row.role is Role.ADD and row.layer is Layer.ITEM:
            self.items.append({"type": payload["item"]["type"], "done": False, "state": "", "pieces": {}})
            return bool(index == len(self.items) - 1)
        if index >= len(self.items) or self.items[index]["done"]:
            return False
        owner = self.items[index]
        if row.layer is Layer.ITEM:
            owner["done"] = True
            return self.finished(owner, payload["item"])
        if owner["type"] not in row.items or not self.piece(owner, payload):
            return False
        automaton = AUTOMATA.get(owner["type"])
        if automaton is not None:
            owner["state"] = automaton.moves.get(owner["state"], {}).get(payload["type"])
            return owner["state"] is not None
        return True

    @staticmethod
    def piece(owner: dict[str, Any], payload: Payload) -> bool:
        """An event of a part, or of a text: whether its row has the state that it finds."""
        row = ROWS[payload["type"]]
        if row.layer is Layer.STEP:
            return True
        pieces = owner["pieces"]
        index = payload.get(INDEX.get(row.layer, ""), 0)
        name = row.text or str(row.layer)
        kind, state = pieces.get((name, index), (row.kind, "absent"))
        opens = state == "absent" and row.layer in INDEX
        if opens and index != sum(1 for key in pieces if key[0] == name):
            return False
        if row.role is Role.ADD:
            kind = payload.get("part", {}).get("type", row.kind)
        if (row.kind and kind != row.kind) or (row.role is Role.CLOSE and payload["part"]["type"] != kind):
            return False
        if row.role is Role.NOTE:
            number = owner.setdefault("notes", {}).setdefault(index, 0)
            owner["notes"][index] += 1
            if payload["annotation_index"] != number:
                return False
        pieces[name, index] = (kind, row.after)
        return state in row.before

    @staticmethod
    def finished(owner: dict[str, Any], content: Payload) -> bool:
        """Whether an item may be done: its pieces are, and its automaton has come to an end."""
        for (name, _), (_, state) in owner["pieces"].items():
            if state != ("full" if name in {"arguments", "input", "code", "diff"} else "closed"):
                return False
        own = OWN.get(owner["type"], ("", ""))[1]
        if own in {"arguments", "input"} and (own, 0) not in owner["pieces"]:
            return False
        for layer, member in ((Layer.PART, "content"), (Layer.SUMMARY, "summary")):
            if len(content[member]) != sum(1 for key in owner["pieces"] if key[0] == layer):
                return False
        automaton = AUTOMATA.get(owner["type"])
        return automaton is None or owner["state"] in automaton.ends


def in_the_table(stream: Sequence[Payload]) -> bool:
    """Whether a whole stream is legal."""
    reading = Reading()
    return all(reading.takes(payload) for payload in stream) and reading.phase == "over"


# Asking the machine


def noticed(stream: Sequence[Payload]) -> list[Signal]:
    """What the machine says about a stream, but for what is legal."""
    machine = DIALECT.machine(None)
    signals: list[Signal] = []
    takers: dict[str, Any] = {}
    for number, payload in enumerate(stream):
        kind = payload["type"]
        take = takers.get(kind) or takers.setdefault(kind, machine.step(kind))
        at = SseEvent(number, kind, b"", None, None, number, number + 1)
        signals += take(at, {**payload, "sequence_number": number, "logprobs": []})
    signals += machine.finish()
    return [one for one in signals if not one.kind.endswith(LEGAL) and not one.kind.startswith(LEGAL)]


@given(walks())
@settings(max_examples=200)
def test_every_walk_of_the_table_is_accepted(stream: list[Payload]) -> None:
    """What the table allows is never told as a deviation, by the long way or the short one."""
    assert in_the_table(stream)
    assert noticed(stream) == []


@given(walks(), st.data())
@settings(max_examples=400)
def test_an_edit_is_noticed_exactly_where_it_leaves_the_table(
    stream: list[Payload], data: st.DataObject
) -> None:
    """An event dropped, repeated, moved or put in: the machine says something if and only if the table forbids it."""
    edit = data.draw(st.sampled_from(["drop", "repeat", "swap", "insert"]))
    at = data.draw(st.integers(0, len(stream) - 1))
    edited = list(stream)
    if edit == "drop":
        edited.pop(at)
    elif edit == "repeat":
        edited.insert(at, stream[at])
    elif edit == "swap":
        edited.insert(min(at + 1, len(stream) - 1), edited.pop(at))
    else:
        edited.insert(at, stream[data.draw(st.integers(0, len(stream) - 1))])
    legal = in_the_table(edited)
    event(f"{edit}: {'legal' if legal else 'illegal'}")
    said = noticed(edited)
    assert (said == []) == legal, (edit, [one["type"] for one in edited], said)

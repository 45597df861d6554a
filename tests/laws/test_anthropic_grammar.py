"""The table of Anthropic Messages: every walk is accepted, every event outside it is told, and nothing raises."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.dialects.anthropic import grammar as g
from harness.dialects.anthropic.machine import AnthropicMachine
from harness.sse.event import SseEvent

BLOCKS: dict[str, dict[str, Any]] = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
    "tool_use": {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}},
    "redacted_thinking": {"type": "redacted_thinking", "data": "x"},
}


class Walk:
    """A stream that follows the table, and the state after each of its events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.states = [g.START]
        self.blocks: list[str] = []

    def go(self, kind: str, draw: Any) -> None:
        """Add an event of a kind that the table has here."""
        self.events.append((kind, payload(kind, self, draw)))
        self.states.append(g.TABLE[self.states[-1]][kind])


def payload(kind: str, walk: Walk, draw: Any) -> dict[str, Any]:  # noqa: PLR0911 - one return a kind
    """A payload of that kind which fits where the walk stands."""
    if kind == "message_start":
        usage = {"input_tokens": 1, "output_tokens": 1}
        return {"type": kind, "message": {"id": "msg_1", "model": "m", "content": [], "usage": usage}}
    if kind == "content_block_start":
        walk.blocks.append(draw(st.sampled_from(sorted(BLOCKS))))
        return {"type": kind, "index": len(walk.blocks) - 1, "content_block": dict(BLOCKS[walk.blocks[-1]])}
    if kind == "content_block_delta":
        delta: dict[str, Any] = {"type": "a_delta_of_the_future"}
        if walk.blocks and walk.blocks[-1] in g.DELTAS:
            name, member = draw(st.sampled_from(sorted(g.DELTAS[walk.blocks[-1]].items())))
            delta = {"type": name, member: "" if name == "input_json_delta" else draw(st.text(max_size=3))}
        return {"type": kind, "index": max(len(walk.blocks) - 1, 0), "delta": delta}
    if kind == "content_block_stop":
        return {"type": kind, "index": max(len(walk.blocks) - 1, 0)}
    if kind == "message_delta":
        return {"type": kind, "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
    if kind == "error":
        return {"type": kind, "error": {"type": "api_error", "message": "m"}}
    return {"type": kind}


@st.composite
def walks(draw: Any) -> Walk:
    """A whole stream: a walk through the table to one of its ends."""
    walk = Walk()
    for _ in range(draw(st.integers(0, 20))):
        here = walk.states[-1]
        going_on = sorted(kind for kind, there in g.TABLE[here].items() if there not in g.ENDS)
        walk.go(draw(st.sampled_from(going_on)), draw)
    for here, kind in (
        (g.START, "message_start"),
        (g.BLOCK, "content_block_stop"),
        (g.BETWEEN, "message_delta"),
        (g.CLOSING, "message_stop"),
    ):
        if walk.states[-1] == here:
            walk.go(kind, draw)
    return walk


def fed(machine: AnthropicMachine, kind: str, body: dict[str, Any], index: int) -> tuple[Any, ...]:
    """What the machine says about one event."""
    event = SseEvent(index, kind, b"", None, None, index * 10, index * 10 + 10)
    return machine.step(kind)(event, body)


@given(walks())
def test_every_walk_is_accepted(walk: Walk) -> None:
    """No event of a walk gives a signal, its end does not either, and the machine stands where the table says."""
    machine = AnthropicMachine()
    for index, (kind, body) in enumerate(walk.events):
        assert fed(machine, kind, body, index) == ()
        assert machine.state == walk.states[index + 1]
    assert machine.finish() == ()


@given(walks(), st.data())
def test_every_event_outside_the_table_is_told(walk: Walk, data: st.DataObject) -> None:
    """One event put in where the table has none gives a signal there."""
    place = data.draw(st.integers(0, len(walk.events)))
    strange = sorted(g.KINDS - set(g.TABLE[walk.states[place]]) - {"ping"})
    if not strange:
        return
    machine = AnthropicMachine()
    for index, (kind, body) in enumerate(walk.events[:place]):
        fed(machine, kind, body, index)
    kind = data.draw(st.sampled_from(strange))
    signals = fed(machine, kind, payload(kind, Walk(), data.draw), place)
    expected = g.AFTER_END if walk.states[place] in g.ENDS else g.OUT_OF_ORDER
    assert [one.kind for one in signals] == [expected]


@given(walks(), st.data())
def test_a_stream_that_stops_anywhere_before_its_end_is_told(walk: Walk, data: st.DataObject) -> None:
    """The end of the body in any other state than an end gives one signal."""
    place = data.draw(st.integers(0, len(walk.events)))
    machine = AnthropicMachine()
    for index, (kind, body) in enumerate(walk.events[:place]):
        fed(machine, kind, body, index)
    told = [one.kind for one in machine.finish()]
    assert told == ([] if walk.states[place] in g.ENDS else [g.NO_END])


@given(st.lists(st.text(max_size=4), max_size=8), st.lists(st.integers(0, 30), max_size=5))
def test_the_text_does_not_depend_on_how_it_was_cut(pieces: list[str], cuts: list[int]) -> None:
    """The same text in other pieces amounts to the same."""
    whole = "".join(pieces)
    borders = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    others = [whole[start:stop] for start, stop in itertools.pairwise(borders)]
    texts = []
    for chosen in (pieces, others):
        machine = AnthropicMachine()
        walk: list[tuple[str, dict[str, Any]]] = [("message_start", {"message": {"id": "m"}})]
        walk.append(("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}))
        walk += [
            ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": one}})
            for one in chosen
        ]
        for index, (kind, body) in enumerate(walk):
            assert fed(machine, kind, body, index) == ()
        texts.append(machine.blocks[0].text.text)
    assert texts == [whole, whole]


NAMES = st.sampled_from(
    [
        "type",
        "index",
        "delta",
        "content_block",
        "message",
        "usage",
        "output_tokens",
        "error",
        "text",
        "stop_reason",
    ]
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["text", "text_delta", "tool_use", "x", ""])
)
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(g.KINDS)), st.dictionaries(NAMES, JSON, max_size=5)), max_size=12
    )
)
def test_nothing_makes_the_machine_raise(events: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever is left of a payload that did not fit, the machine goes on."""
    machine = AnthropicMachine()
    for index, (kind, body) in enumerate(events):
        event = SseEvent(index, None, b"", None, None, index, index + 1)
        assert isinstance(machine.malformed(kind, event, body), tuple)
    assert isinstance(machine.finish(), tuple)

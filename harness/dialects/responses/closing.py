"""What is looked at when an item is done: whether what is inside it has come to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.members import listed, text
from harness.dialects.responses.grammar import AUTOMATA, PART_KINDS, Layer
from harness.dialects.responses.pieces import pieces
from harness.dialects.signal import Signal

if TYPE_CHECKING:
    from harness.dialects.responses.arrival import Arrival
    from harness.dialects.responses.state import Item
    from harness.dialects.signal import Body

_CONTENTS = ((Layer.PART, "content"), (Layer.SUMMARY, "summary"))


def closing(item: Item, content: Body, now: Arrival) -> None:
    """Look at the insides of an item that is done."""
    for layer in (Layer.PART, Layer.SUMMARY, Layer.COMMAND, Layer.OUTPUT):
        now.signals.extend(
            [
                Signal(
                    f"{layer}-left-open", part, "/type", "its end", "response.output_item.done", part.opened
                )
                for part in pieces(item, layer).values()
                if part.closed is None and (part.added is not None or layer is Layer.OUTPUT)
            ]
        )
    for layer, member in _CONTENTS:
        there = pieces(item, layer)
        expected = listed(content.get(member))
        odd = {f"{layer}-not-added", f"{layer}-index-changed", f"{layer}-index-gap", "wrong-item-type"}
        fits = now.fits and (layer is not Layer.PART or item.type in PART_KINDS)
        if fits and len(expected) != len(there) and not odd & item.told and member in content:
            now.say(
                f"{layer}-count",
                item,
                f"/item/{member}",
                expected=len(there),
                found=len(expected),
                earlier=item.opened,
            )
    _own_texts(item, content, now)
    if any(signal.kind.endswith(("-left-open", "-not-done")) for signal in now.signals):
        item.told.add("left-open")
    automaton = AUTOMATA.get(item.type)
    whole = text(content, "status") not in {"incomplete", "failed", "in_progress"}
    if (
        automaton is not None
        and whole
        and item.state not in automaton.ends
        and "step-out-of-order" not in item.told
    ):
        expected_next = " or ".join(automaton.moves.get(item.state, {}))
        now.say(
            "steps-unfinished",
            item,
            "/type",
            expected=expected_next,
            found="response.output_item.done",
            earlier=item.opened,
        )


_OWN = {
    "function_call": "arguments", "custom_tool_call": "input", "mcp_call": "arguments",
    "code_interpreter_call": "code",
}  # fmt: skip


def _own_texts(item: Item, content: Body, now: Arrival) -> None:
    for name, accumulator in item.texts.items():
        if accumulator.done_at is None and accumulator.deltas:
            now.say(
                f"{name}-not-done",
                item,
                "/type",
                expected=f"the end of its {name}",
                found="none",
                earlier=item.opened,
            )
    name = _OWN.get(item.type, "")
    if name and name not in item.texts and content.get(name) and "wrong-item-type" not in item.told:
        now.say(f"{name}-silent", item, f"/item/{name}", expected="deltas", found="none", earlier=item.opened)

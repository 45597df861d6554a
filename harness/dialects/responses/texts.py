"""The texts that an item itself has, and the steps of tools that the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.accumulator import Accumulator
from harness.dialects.members import integer, text
from harness.dialects.responses.grammar import AUTOMATA, Role

if TYPE_CHECKING:
    from harness.dialects.responses.arrival import Arrival
    from harness.dialects.responses.state import Item

MOST_STEPS = 10_000
"""How many steps of an item are kept: more than any real item has, and no matter for memory."""


def step(item: Item, now: Arrival) -> None:
    """Note the event in the item's steps, and move the automaton of its type."""
    kind = now.kind
    if (not item.steps or item.steps[-1] != kind) and len(item.steps) < MOST_STEPS:
        item.steps.append(kind)
    automaton = AUTOMATA.get(item.type)
    if automaton is None:
        return
    following = automaton.moves.get(item.state, {})
    state = following.get(kind)
    if state is None:
        landing = next((moves[kind] for moves in automaton.moves.values() if kind in moves), None)
        if landing is None:
            return  # not a step of this type, which is told as such
        if "step-out-of-order" not in item.told and not item.is_phantom:
            item.told.add("step-out-of-order")
            expected = " or ".join(following) or "response.output_item.done"
            now.say("step-out-of-order", item, "/type", expected=expected, found=kind, earlier=item.opened)
        state = landing
    item.state = state


def image(item: Item, now: Arrival) -> None:
    """Take the index of a partial image."""
    index = integer(now.body, "partial_image_index")
    if index is None:
        return
    if item.images and index <= item.images[-1]:
        last = str(item.images[-1])
        now.say(
            "partial-image-index", item, "/partial_image_index", expected=f"more than {last}", found=index
        )
    item.images.append(index)


def own_text(item: Item, now: Arrival) -> Accumulator:
    """Take a delta or the end of a text that the item itself has."""
    row = now.row
    name = row.text
    accumulator = item.texts.get(name)
    if accumulator is None:
        accumulator = item.texts[name] = Accumulator()
    said = text(now.body, row.member)
    if row.role is Role.DELTA:
        if accumulator.done_at is not None:
            if f"{name}-delta-after-done" not in item.told:
                item.told.add(f"{name}-delta-after-done")
                now.say(f"{name}-delta-after-done", item, "/delta", earlier=accumulator.done_at)
            accumulator.write(said or "")
            return accumulator
        delta(item, accumulator, said, item, now)
        return accumulator
    if accumulator.done_at is not None:
        now.say(f"{name}-done-twice", item, f"/{row.member}", earlier=accumulator.done_at)
        return accumulator
    accumulator.done, accumulator.done_at = said, now.mark
    if said and not accumulator.deltas and not item.is_phantom and "delta-lost" not in item.told:
        now.say(f"{name}-without-deltas", item, f"/{row.member}", expected="deltas", found="none")
    return accumulator


def lose(item: Item) -> None:
    """A delta of the item could not be read: from here on its texts are not what was sent."""
    item.told.add("delta-lost")
    for one in (
        *item.parts.values(),
        *item.summaries.values(),
        *item.commands.values(),
        *item.outputs.values(),
    ):
        one.text.deltas = 0
    for accumulator in item.texts.values():
        accumulator.deltas = 0


def delta(item: Item, accumulator: Accumulator, said: str | None, about: object, now: Arrival) -> None:
    """Append a delta; None is one that could not be read."""
    if said is None:
        lose(item)
    elif said:
        accumulator.write(said)
    else:
        now.say("empty-delta", about, "/delta", expected="text", found='""')
    if "delta-lost" not in item.told:
        accumulator.deltas = 1

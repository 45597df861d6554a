"""What is inside items: indexed parts, texts, and the steps of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.accumulator import Accumulator
from harness.dialects.responses.grammar import AUTOMATA, INDEX, PART_KINDS, Layer, Role
from harness.dialects.responses.reading import integer, listed, mapping, text
from harness.dialects.responses.state import Part
from harness.dialects.signal import Signal

if TYPE_CHECKING:
    from harness.dialects.responses.arrival import Arrival
    from harness.dialects.responses.state import Item
    from harness.dialects.signal import Body
    from harness.jsonvalue import JsonValue


def pieces(item: Item, layer: Layer) -> dict[int, Part]:
    """The item's pieces of a layer."""
    if layer is Layer.PART:
        return item.parts
    if layer is Layer.SUMMARY:
        return item.summaries
    return item.commands if layer is Layer.COMMAND else item.outputs


def step(item: Item, now: Arrival) -> None:
    """Note the event in the item's steps, and move the automaton of its type."""
    kind = now.kind
    if not item.steps or item.steps[-1] != kind:
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
        _delta(item, accumulator, said, item, now)
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


def _delta(item: Item, accumulator: Accumulator, said: str | None, about: object, now: Arrival) -> None:
    if said is None:
        lose(item)
    elif said:
        accumulator.write(said)
    else:
        now.say("empty-delta", about, "/delta", expected="text", found='""')
    if "delta-lost" not in item.told:
        accumulator.deltas = 1


def piece(item: Item, now: Arrival) -> Part | None:
    """Take an event of an indexed piece; the piece, where the event could be followed."""
    row = now.row
    there = pieces(item, row.layer)
    index = integer(now.body, INDEX[row.layer])
    if row.role is Role.ADD:
        return _add(item, there, len(there) if index is None else index, now)
    part = _find(item, there, index, now)
    if part is None:
        return None
    if row.kind and part.kind and part.kind != row.kind:
        if f"{row.layer}-kind-changed {row.kind}" not in item.told:
            item.told.add(f"{row.layer}-kind-changed {row.kind}")
            now.say(
                f"{row.layer}-kind-changed",
                part,
                "/type",
                expected=part.kind,
                found=row.kind,
                earlier=part.opened,
            )
        return None
    part.kind = part.kind or row.kind
    if row.role is Role.DELTA:
        _piece_delta(item, part, now)
    elif row.role is Role.DONE:
        _piece_done(item, part, now)
    elif row.role is Role.NOTE:
        _annotate(part, now)
    else:
        _close(part, now)
    return part


def _add(item: Item, there: dict[int, Part], index: int, now: Arrival) -> Part:
    row, body = now.row, now.body
    where = f"/{INDEX[row.layer]}"
    is_command = row.layer is Layer.COMMAND
    content = body if is_command else mapping(body.get("part"))
    kind = row.kind if is_command else text(content, "type") or row.kind
    part = Part(index, kind, content, now.mark)
    previous = there.get(index)
    if previous is not None and previous.added is None and previous.kind == kind:
        previous.added = content  # it comes late, and that has been told
        return previous
    if previous is not None:
        now.say(
            f"{row.layer}-added-twice", part, where, expected=len(there), found=index, earlier=previous.opened
        )
        if previous.kind == kind:
            return previous
    elif index != len(there) and not item.is_phantom and f"{row.layer}-index-gap" not in item.told:
        item.told.add(f"{row.layer}-index-gap")
        now.say(f"{row.layer}-index-gap", part, where, expected=len(there), found=index)
    there[index] = part
    _known_kind(item, part, now)
    if is_command and (said := text(body, "command")):
        part.text.write(said)
    return part


def _known_kind(item: Item, part: Part, now: Arrival) -> None:
    row = now.row
    if row.layer is Layer.PART:
        fitting = PART_KINDS.get(item.type, ())
    elif row.layer is Layer.SUMMARY:
        fitting = (row.kind,)
    else:
        return
    if fitting and part.kind and part.kind not in fitting:
        now.say(
            "part-wrong-kind",
            part,
            "/part/type",
            expected=" or ".join(fitting),
            found=part.kind,
            earlier=item.opened,
        )


def _find(item: Item, there: dict[int, Part], index: int | None, now: Arrival) -> Part | None:
    """The piece that an event is about."""
    row = now.row
    unfinished = [
        part for part in there.values() if part.closed is None and (not row.kind or part.kind == row.kind)
    ]
    if index is None:
        return unfinished[0] if len(unfinished) == 1 else None
    part = there.get(index)
    if part is not None:
        return part
    where = f"/{INDEX[row.layer]}"
    if unfinished and row.layer is not Layer.OUTPUT:
        part = unfinished[-1]
        if f"{row.layer}-index-changed" not in item.told:
            item.told.add(f"{row.layer}-index-changed")
            now.say(
                f"{row.layer}-index-changed",
                part,
                where,
                expected=part.index,
                found=index,
                earlier=part.opened,
            )
        return part
    part = there[index] = Part(index, row.kind, None, now.mark)
    if row.layer is Layer.OUTPUT:
        if index != len(there) - 1 and not item.is_phantom:
            now.say("shell-output-index-gap", part, where, expected=len(there) - 1, found=index)
    elif not item.is_phantom and f"{row.layer}-not-added" not in item.told:
        item.told.add(f"{row.layer}-not-added")
        now.say(
            f"{row.layer}-not-added",
            part,
            where,
            expected="the index of a part",
            found=index,
            earlier=item.opened,
        )
    return part


def _piece_delta(item: Item, part: Part, now: Arrival) -> None:
    row, body = now.row, now.body
    if part.state != "open":
        earlier = part.closed or part.text.done_at
        now.say(f"{row.layer}-delta-after-done", part, "/delta", earlier=earlier)
        part.text.write(text(body, row.member) or "")
        return
    said = _printed(body.get(row.member)) if row.layer is Layer.OUTPUT else text(body, row.member)
    if row.layer is Layer.OUTPUT and said == "":
        return  # neither stdout nor stderr has anything
    _delta(item, part.text, said, part, now)
    if row.kind == "output_text":
        _logprobs(part, now)


def _printed(delta: JsonValue) -> str | None:
    """What a delta of a shell call's output adds, on stdout and stderr together."""
    if not isinstance(delta, dict):
        return None
    return "".join(one for one in delta.values() if isinstance(one, str))


def _logprobs(part: Part, now: Arrival) -> None:
    body = now.body
    logprobs = body.get("logprobs")
    if logprobs:
        part.with_logprobs += 1
    elif "logprobs" not in body:
        if not part.without_logprobs:
            now.say("logprobs-missing", part, "/logprobs", expected="an array", found="(missing)")
        part.without_logprobs += 1


def _piece_done(item: Item, part: Part, now: Arrival) -> None:
    row, body = now.row, now.body
    where = f"/{row.member}"
    if part.text.done_at is not None:
        part.texts_done += 1
        now.say(f"{row.layer}-text-done-twice", part, where, earlier=part.text.done_at)
        return
    part.texts_done += 1
    part.text.done, part.text.done_at = text(body, row.member), now.mark
    if row.layer is Layer.OUTPUT:
        part.text.done = None
    if row.after == "closed":
        part.done, part.closed = body, now.mark
    if (
        part.text.done
        and not part.text.deltas
        and not len(part.text)
        and part.added is not None
        and "delta-lost" not in item.told
    ):
        now.say(
            f"{row.layer}-without-deltas", part, where, expected="deltas", found="none", earlier=item.opened
        )
    if row.kind == "output_text" and "logprobs" not in body and part.text.done is not None:
        now.say("logprobs-missing", part, "/logprobs", expected="an array", found="(missing)")


def _annotate(part: Part, now: Arrival) -> None:
    body = now.body
    index = integer(body, "annotation_index")
    due = len(part.annotations)
    if part.state != "open":
        earlier = part.closed or part.text.done_at
        now.say("annotation-after-done", part, "/type", earlier=earlier)
    elif index is not None and index != due:
        now.say("annotation-index-gap", part, "/annotation_index", expected=due, found=index)
    part.annotations.append((due if index is None else index, mapping(body.get("annotation"))))


def _close(part: Part, now: Arrival) -> None:
    row = now.row
    if part.closed is not None:
        now.say(f"{row.layer}-done-twice", part, "/type", earlier=part.closed)
        return
    content = mapping(now.body.get("part"))
    kind = text(content, "type")
    if kind is not None and part.kind and kind != part.kind:
        now.say(
            f"{row.layer}-kind-changed",
            part,
            "/part/type",
            expected=part.kind,
            found=kind,
            earlier=part.opened,
        )
    elif part.text.done_at is None and part.added is not None and _has_text(part, content):
        now.say(
            f"{row.layer}-text-not-done",
            part,
            "/type",
            expected="the end of its text",
            found=now.kind,
            earlier=part.opened,
        )
    part.done, part.closed = content, now.mark


def _has_text(part: Part, content: Body) -> bool:
    return bool(part.text.deltas or any(content.get(member) for member in ("text", "refusal")))


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
        fits = layer is not Layer.PART or item.type in PART_KINDS
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

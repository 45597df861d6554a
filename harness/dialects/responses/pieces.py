"""The indexed pieces of items: content parts, parts of summaries, commands of shell calls and their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.members import integer, mapping, text
from harness.dialects.responses.grammar import INDEX, PART_KINDS, Layer, Role
from harness.dialects.responses.state import Part
from harness.dialects.responses.texts import delta

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
        if not now.fits:
            item.told.add("annotation-lost")
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
    part = there.get(index) if index is not None else None
    if part is not None:
        return part
    unfinished = (
        part
        for part in reversed(there.values())
        if part.closed is None and (not row.kind or part.kind == row.kind)
    )
    latest = next(unfinished, None)
    if index is None:
        return latest if next(unfinished, None) is None else None
    where = f"/{INDEX[row.layer]}"
    if latest is not None and row.layer is not Layer.OUTPUT:
        part = latest
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
    delta(item, part.text, said, part, now)
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

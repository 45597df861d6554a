"""What was streamed must be what is kept: comparing a text with itself, from its deltas to the final output.

A text is told up to five times: in its deltas, in the event that ends them, in the event that closes its part, in
the finished item, and in the final output. A later telling is wrong where it equals none of the earlier ones: so a
text that is wrong in one place gives one finding, and not one for every later comparison.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.dialects.responses.state import Item, Part
from harness.dialects.signal import Signal
from harness.findings import Severity
from harness.jsonvalue import MISSING

if TYPE_CHECKING:
    from harness.dialects.accumulator import Accumulator
    from harness.dialects.responses.state import ResponsesStream
    from harness.dialects.schema import Problem
    from harness.dialects.signal import Body, Mark
    from harness.findings import Finding
    from harness.rules.case import Case
    from harness.rules.rule import Rule

_AROUND = 12
"""How many characters are shown on either side of a difference."""


class Parting(NamedTuple):
    """Where two texts part.

    Args:
        at: Index of the first character that differs.
        left: A few characters around it in the first text, as a JSON string.
        right: The same in the second.
    """

    at: int
    left: str
    right: str


def parting(left: str, right: str) -> Parting:
    """Where two different texts part."""
    shorter = min(len(left), len(right))
    at = next((index for index in range(shorter) if left[index] != right[index]), shorter)
    return Parting(at, _around(left, at), _around(right, at))


def _around(text: str, at: int) -> str:
    start, stop = max(0, at - _AROUND), at + _AROUND
    shown = json.dumps(text[start:stop], ensure_ascii=False)
    return f"{'…' if start else ''}{shown}{'…' if stop < len(text) else ''}"


def differing(
    rule: Rule[ResponsesStream],
    case: Case[ResponsesStream],
    *,
    earlier: str,
    text: str,
    later: str,
    found: str,
    pointer: str,
    mark: Mark | None = None,
) -> Finding:
    """The finding that two tellings of a text differ.

    Args:
        rule: Whose it is.
        case: The case.
        earlier: What the first telling is called, as the subject of a sentence ("its deltas").
        text: The text there.
        later: What the second is called.
        found: The text there.
        pointer: Where in the payload the second is.
        mark: The event of the first.
    """
    at, left, right = parting(text, found)
    later = later[:1].upper() + later[1:] if later[:1].islower() else later
    if at == len(found):
        how = f"{later} stops after {at:,} of {len(text):,} characters of {earlier}"
    elif at == len(text):
        how = f"{later} goes on after the {at:,} characters of {earlier}"
    else:
        how = f"{later} differs from {earlier} at character {at:,}"
    return rule.finding(
        case, f"{how}: {right} instead of {left}.", pointer=pointer, expected=left, found=right, earlier=mark
    )


def tellings(text: Accumulator | None) -> tuple[str, ...]:
    """What was said of a text so far: its latest telling first; () where nothing was."""
    if text is None:
        return ()
    told = () if text.done is None else (text.done,)
    return (*told, text.text) if text.deltas else told


def part_tellings(part: Part | None, member: str = "text") -> tuple[str, ...]:
    """The same for the text of a part, with what the event says that closed it."""
    if part is None:
        return ()
    closed = (part.done or {}).get(member)
    return (closed, *tellings(part.text)) if isinstance(closed, str) else tellings(part.text)


def ended_early(text: Accumulator) -> bool:
    """After a delta that came too late: whether the end of the text had it already, which has been told."""
    return text.done is not None and text.done.startswith(text.text)


def against_deltas(
    rule: Rule[ResponsesStream], case: Case[ResponsesStream], text: Accumulator | None, member: str
) -> Finding | None:
    """Compare the event that ends a text with the text's deltas; silent where there were none."""
    said = case.body.get(member)
    if text is None or not text.deltas or not isinstance(said, str):
        return None
    deltas = text.text
    if said == deltas:
        return None
    return differing(
        rule, case, earlier="the deltas", text=deltas, later=f"`{member}` in {case.body['type']}", found=said,
        pointer=f"/{member}",
    )  # fmt: skip


def against_told(
    rule: Rule[ResponsesStream],
    case: Case[ResponsesStream],
    told: tuple[str, ...],
    said: object,
    *,
    pointer: str,
    later: str,
    mark: Mark | None = None,
) -> Finding | None:
    """Compare a later telling with all earlier ones; silent where it equals one, or where there was none."""
    if not told or not isinstance(said, str) or said in told:
        return None
    return differing(
        rule, case, earlier="what was streamed", text=told[0], later=later, found=said, pointer=pointer,
        mark=mark,
    )  # fmt: skip


def at_end_of_part(
    rule: Rule[ResponsesStream],
    case: Case[ResponsesStream],
    part: Part | None,
    *,
    ended: str,
    member: str = "text",
) -> Finding | None:
    """At the event that ends a part's text, or closes the part: compare with what was told before.

    Args:
        rule: Whose finding it is.
        case: The case.
        part: The part.
        ended: The wire type that ends its text; any other one closes it.
        member: The member that holds the text.
    """
    kind = case.body.get("type")
    if part is None or case.event is None:
        return None
    if is_mixed_up(item_here(case)):
        return None
    mark = part.text.done_at if kind == ended else part.closed
    if mark is None or mark.event != case.event.index:
        return None  # it ends once more, which is told as such
    if kind == ended:
        return against_deltas(rule, case, part.text, member)
    return against_told(
        rule, case, tellings(part.text), said_part(case).get(member), pointer=f"/part/{member}",
        later=f"`{member}` in {kind}", mark=part.text.done_at,
    )  # fmt: skip


def at_end_of_item(
    rule: Rule[ResponsesStream], case: Case[ResponsesStream], kind: str, member: str = "text"
) -> tuple[Finding, ...]:
    """At the end of an item: compare its parts of a kind with what was told before."""
    if (done := done_here(case)) is None:
        return ()
    item, body = done
    if is_mixed_up(item):
        return ()
    is_summary = kind == "summary_text"
    there, list_name = (item.summaries, "summary") if is_summary else (item.parts, "content")
    found = []
    for index, element in enumerate(elements(body, list_name)):
        part = there.get(index)
        if part is not None and part.kind == kind == element.get("type", kind):
            one = against_told(
                rule, case, part_tellings(part, member), element.get(member),
                pointer=f"/item/{list_name}/{index}/{member}",
                later=f"{list_name} {index} of the finished {where(case)}", mark=part.closed or part.text.done_at,
            )  # fmt: skip
            found += [one] if one is not None else []
    return tuple(found)


def at_end_of_own_text(
    rule: Rule[ResponsesStream], case: Case[ResponsesStream], item_type: str, name: str, *, path: str = ""
) -> Finding | None:
    """At the event that ends a text of the item itself, or at the end of the item: compare with what was told before.

    Args:
        rule: Whose finding it is.
        case: The case.
        item_type: The type of items that it is about.
        name: The text: "arguments", "input", "code" or "diff".
        path: Where in the item it is, if not at its top: "operation".
    """
    item = item_here(case)
    text = item.texts.get(name) if item is not None else None
    if item is None or text is None or item.type != item_type or case.event is None:
        return None
    if case.body.get("type") != "response.output_item.done":
        is_first = text.done_at is not None and text.done_at.event == case.event.index
        if not is_first:
            return None  # it ends once more, which is told as such
        return _announced_full(rule, case, item, name, path) or against_deltas(rule, case, text, name)
    if (done := done_here(case)) is None or done[1].get("type", item_type) != item_type:
        return None  # an item that changed its type is told of as such
    owner: Any = done[1].get(path) if path else done[1]
    if not isinstance(owner, dict):
        return None
    return against_told(
        rule, case, tellings(text), owner.get(name) or "", pointer=f"/item{'/' + path if path else ''}/{name}",
        later=f"`{name}` in the finished {where(case)}", mark=text.done_at,
    )  # fmt: skip


def is_mixed_up(item: Item | None) -> bool:
    """Whether what was streamed of the item cannot be compared: its pieces had wrong indexes, or an event was lost.

    Either has been told. Where indexes are wrong, the texts are of each other.
    """
    return item is not None and not _MIXED_UP.isdisjoint(item.told)


_MIXED_UP = frozenset({
    "event-lost",
    *(f"{layer}-{what}" for layer in ("part", "summary", "command") for what in ("index-gap", "index-changed")),
})  # fmt: skip


def _announced_full(
    rule: Rule[ResponsesStream], case: Case[ResponsesStream], item: Item, name: str, path: str
) -> Finding | None:
    """Where an item was announced with a text, and deltas followed; of function calls, RESP-ITEM-017 tells."""
    owner: Any = (item.added or {}).get(path) if path else item.added
    before = owner.get(name) if isinstance(owner, dict) else None
    if not before or item.type == "function_call" or not item.texts[name].deltas:
        return None
    return rule.finding(
        case,
        f"{where(case).capitalize()} was added with {len(before):,} characters of {name}, and deltas followed: "
        "accumulators append to them.",
        pointer=f"/{name}",
        expected='""',
        found=before,
        earlier=item.opened,
        severity=Severity.WARNING,
        subject=f"{item.type} added with {name}",
    )


def said_part(case: Case[ResponsesStream]) -> dict[str, Any]:
    """The `part` of the present event; an empty one where there is none."""
    part = case.body.get("part")
    return part if isinstance(part, dict) else {}


def noticed(case: Case[ResponsesStream]) -> Signal:
    """What the machine noticed; a signal without a kind where the rule is shown an event."""
    return case.signal or Signal("")


def noticed_part(case: Case[ResponsesStream], kind: str) -> Part | None:
    """The part that the machine noticed something about, where it is of that kind."""
    part = noticed(case).about
    return part if isinstance(part, Part) and part.kind == kind else None


def noticed_item(case: Case[ResponsesStream], item_type: str) -> Item | None:
    """The item that the machine noticed something about, where it is of that type."""
    item = noticed(case).about
    return item if isinstance(item, Item) and item.type == item_type else None


def for_another_item(rule: Rule[ResponsesStream], case: Case[ResponsesStream], events: str) -> Finding | None:
    """Where an event, one of those whose type begins so, is for an item of a type that has no such events."""
    item, kind = noticed(case).about, str(case.body.get("type"))
    if not isinstance(item, Item) or not kind.startswith(f"{events}."):
        return None
    return rule.finding(
        case,
        f"{kind} is for {named(item)}, which has no such events.",
        pointer="/type",
        expected=noticed(case).expected,
        found=item.type,
        subject=f"{kind} {item.type}",
    )


def item_here(case: Case[ResponsesStream]) -> Item | None:
    """The item that the present event is about, by its `output_index`."""
    index = case.body.get("output_index")
    return case.stream.items.get(index) if isinstance(index, int) else None


def is_phantom(case: Case[ResponsesStream]) -> bool:
    """Whether the present event is about an item that nobody announced: RESP-ITEM-001 has told, and its type is a guess."""
    item = item_here(case)
    return item is None or item.is_phantom


def part_here(case: Case[ResponsesStream]) -> Part | None:
    """The content part that the present event is about."""
    item, index = item_here(case), case.body.get("content_index")
    return item.parts.get(index) if item is not None and isinstance(index, int) else None


def summary_here(case: Case[ResponsesStream]) -> Part | None:
    """The part of a reasoning summary that the present event is about."""
    item, index = item_here(case), case.body.get("summary_index")
    return item.summaries.get(index) if item is not None and isinstance(index, int) else None


def done_here(case: Case[ResponsesStream]) -> tuple[Item, Body] | None:
    """At `response.output_item.done`: the item and its final form; None where it was done before."""
    item = item_here(case)
    if item is None or item.done is None or item.done is not case.body.get("item"):
        return None
    return item, item.done


def elements(owner: Body, member: str) -> list[Body]:
    """The objects of a list in a body; [] where there is none. What is no object is an empty one."""
    value: Any = owner.get(member)
    if not isinstance(value, list):
        return []
    return [element if isinstance(element, dict) else {} for element in value]


def where(case: Case[ResponsesStream]) -> str:
    """Which item the present event is about, in words: "item 0 (message)"."""
    item = item_here(case) or case.stream.by_id.get(_id_here(case))
    return named(item) if item is not None else "an item that cannot be told"


def begun(case: Case[ResponsesStream]) -> str:
    """The same, at the beginning of a sentence."""
    words = where(case)
    return words[0].upper() + words[1:]


def _id_here(case: Case[ResponsesStream]) -> str:
    """The id of the item that the present event is about, for events without an index."""
    owner = case.body.get("item")
    item_id = owner.get("id") if isinstance(owner, dict) else case.body.get("item_id")
    return item_id if isinstance(item_id, str) else ""


def lacking(problem: Problem) -> str:
    """What a problem of shape is, in words: "no text", "text null"."""
    return f"no {problem.field}" if problem.found == MISSING else f"{problem.field} {problem.found}"


def named(item: Item) -> str:
    """An item in words: "item 0 (message)"."""
    return f"item {item.index} ({item.type or 'of unknown type'})"

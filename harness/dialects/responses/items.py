"""The layer of items: which item an event is about, and how items are opened and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.members import integer, listed, mapping, text
from harness.dialects.responses.closing import closing
from harness.dialects.responses.grammar import ROWS, Role
from harness.dialects.responses.state import Item
from harness.dialects.signal import Signal

if TYPE_CHECKING:
    from harness.dialects.responses.arrival import Arrival
    from harness.dialects.responses.grammar import Row
    from harness.dialects.responses.state import ResponsesStream
    from harness.dialects.signal import Body

_INDEX = "/output_index"


def once(item: Item, kind: str) -> bool:
    """Whether this is the first time; from now on it is not."""
    if kind in item.told:
        return False
    item.told.add(kind)
    return True


def item_of(stream: ResponsesStream, now: Arrival) -> Item | None:
    """The item that an event is about, opened as a phantom where nobody announced it; None where it is to be ignored.

    An event names its item twice, by index and by id. Where the two disagree, the one that the event fits wins.
    """
    row = now.row
    index, item_id = integer(now.body, "output_index"), text(now.body, "item_id")
    if index is None:
        item = _by_id_or_alone(stream, item_id)
    else:
        item = stream.items.get(index)
        if item is None:
            item = _not_announced(stream, index, item_id, now)
        elif item_id is not None and item_id != item.id:
            item = _other_id(stream, item, item_id, now)
    if item is None:
        return None
    if item.closed is not None:
        late = now.row.role in {Role.DONE, Role.CLOSE} and "left-open" in item.told
        if not late and once(item, "event-after-item-done"):
            now.say(
                "event-after-item-done",
                item,
                "/type",
                expected="nothing",
                found=now.kind,
                earlier=item.closed,
            )
        return None
    _overlap(stream, item, now)
    if row.items and item.type not in row.items:
        if not item.type or item.type not in _WITH_EVENTS:
            item.type = _guessed(
                row
            )  # its announcement does not say what it is, or something unknown: told there
        elif once(item, f"wrong-item-type {now.kind}"):
            item.told.add("wrong-item-type")
            expected = " or ".join(row.items)
            now.say("wrong-item-type", item, "/type", expected=expected, found=item.type, earlier=item.opened)
    return item


def _by_id_or_alone(stream: ResponsesStream, item_id: str | None) -> Item | None:
    if item_id is not None and (item := stream.by_id.get(item_id)) is not None:
        return item
    unfinished = [item for item in stream.order if item.closed is None]
    return unfinished[0] if len(unfinished) == 1 else None


_WITH_EVENTS = frozenset(item for row in ROWS.values() for item in row.items)


def _guessed(row: Row) -> str:
    """The type of an item that an event belongs to, where the event can only belong to one."""
    return row.items[0] if len(row.items) == 1 else ""


def _not_announced(stream: ResponsesStream, index: int, item_id: str | None, now: Arrival) -> Item:
    row = now.row
    known = stream.by_id.get(item_id) if item_id else None
    if known is not None:
        if once(known, "item-not-announced"):
            now.say(
                "item-not-announced", known, _INDEX, expected=known.index, found=index, earlier=known.opened
            )
        return known
    item = opened(stream, Item(index, item_id or "", _guessed(row), None, now.mark))
    if not stream.joined_late:
        now.say("item-not-announced", item, _INDEX, expected="the index of an item", found=index)
    return item


def _other_id(stream: ResponsesStream, item: Item, item_id: str, now: Arrival) -> Item:
    row = now.row
    if not item.id:
        item.id = item_id  # it was announced without one, and that was told
        stream.by_id.setdefault(item_id, item)
        return item
    if once(item, "item-id-mismatch"):
        now.say("item-id-mismatch", item, "/item_id", expected=item.id, found=item_id, earlier=item.opened)
    other = stream.by_id.get(item_id)
    if other is not None and _fits(other, row) and not _fits(item, row):
        return other
    return item


def _fits(item: Item, row: Row) -> bool:
    return item.closed is None and (not row.items or item.type in row.items)


def _overlap(stream: ResponsesStream, item: Item, now: Arrival) -> None:
    """An event for an item while a later one is open."""
    if stream.order[-1] is item or "items-overlap" in item.told:
        return
    later = next((one for one in reversed(stream.order) if one is item or one.closed is None), item)
    if later is not item:
        item.told.add("items-overlap")
        now.say(
            "items-overlap",
            item,
            _INDEX,
            expected=f"item {later.index} to be done first",
            found=item.index,
            earlier=later.opened,
        )


def opened(stream: ResponsesStream, item: Item) -> Item:
    """Add an item to the state."""
    stream.items[item.index] = item
    stream.order.append(item)
    if item.id:
        stream.by_id.setdefault(item.id, item)
    if item.is_phantom and stream.incomplete:
        item.told |= {"event-lost", "delta-lost"}  # how much of it was in what was lost is not known
    if item.added is not None or item.index == stream.next_index:
        stream.next_index = item.index + 1
    return item


def added(stream: ResponsesStream, now: Arrival) -> None:
    """Take `response.output_item.added`."""
    body = now.body
    content = mapping(body.get("item"))
    index = integer(body, "output_index")
    if index is None:
        index = stream.next_index
    item_id = text(content, "id") or ""
    item = Item(index, item_id, text(content, "type") or "", content, now.mark)
    previous = stream.items.get(index)
    if (
        previous is not None
        and previous.is_phantom
        and previous.closed is None
        and previous.id in {"", item_id}
    ):
        _announced_late(stream, previous, item)
        return
    if previous is not None:
        now.say(
            "output-index-reused",
            item,
            _INDEX,
            expected=stream.next_index,
            found=index,
            earlier=previous.opened,
        )
        if item_id and previous.id == item_id and previous.type == item.type:
            return  # the same item once more: it goes on
    elif index != stream.next_index and not (stream.joined_late and not stream.order):
        now.say("output-index-gap", item, _INDEX, expected=stream.next_index, found=index)
    if item_id in stream.by_id:
        earlier = stream.by_id[item_id].opened
        now.say(
            "item-id-repeated", item, "/item/id", expected="an id of its own", found=item_id, earlier=earlier
        )
        stream.by_id[item_id] = item
    elif not item_id and (now.fits or "id" in content):
        now.say("item-id-missing", item, "/item/id", expected="an id", found="no id")
    _call_id_of_its_own(stream, item, now)
    opened(stream, item)


def _announced_late(stream: ResponsesStream, phantom: Item, item: Item) -> None:
    """An item is added after its first event, which has been told: from here on it is as any other."""
    phantom.id, phantom.type, phantom.added = item.id, item.type or phantom.type, item.added
    if phantom.id:
        stream.by_id.setdefault(phantom.id, phantom)


def _call_id_of_its_own(stream: ResponsesStream, item: Item, now: Arrival) -> None:
    """The outputs of a call have its id; two calls have not."""
    call_id = text(item.added or {}, "call_id")
    if not call_id or not item.type or item.type.endswith("output"):
        return
    other = stream.calls.setdefault(call_id, item)
    if other is not item:
        now.say(
            "call-id-repeated",
            item,
            "/item/call_id",
            expected="an id of its own",
            found=call_id,
            earlier=other.opened,
        )


def done(stream: ResponsesStream, now: Arrival) -> None:
    """Take `response.output_item.done`."""
    body = now.body
    content = mapping(body.get("item"))
    index, item_id = integer(body, "output_index"), text(content, "id")
    item = _by_id_or_alone(stream, item_id) if index is None else stream.items.get(index)
    if item is None:
        item = stream.by_id.get(item_id) if item_id else None
        if item is None:
            item = opened(
                stream, Item(index or 0, item_id or "", text(content, "type") or "", None, now.mark)
            )
            if not stream.joined_late:
                now.say("item-done-without-added", item, _INDEX, expected="the index of an item", found=index)
        else:
            now.say(
                "item-done-without-added", item, _INDEX, expected=item.index, found=index, earlier=item.opened
            )
    elif item_id and item.id and item_id != item.id:
        item.told.add("item-id-changed")
        now.say("item-id-changed", item, "/item/id", expected=item.id, found=item_id, earlier=item.opened)
        other = stream.by_id.get(item_id)
        if (
            other is not None
            and other.closed is None
            and (item.closed is not None or other.type == content.get("type") != item.type)
        ):
            item = other
    elif item.id and not item_id and (now.fits or "id" in content):
        item.told.add("item-id-changed")
        now.say("item-id-changed", item, "/item/id", expected=item.id, found="no id", earlier=item.opened)
    if item.closed is not None:
        now.say("item-done-twice", item, _INDEX, earlier=item.closed)
        return
    _overlap(stream, item, now)
    same_type = _same_type(item, content, now)
    item.done, item.closed = content, now.mark
    if not item.is_phantom and same_type:
        _same_call(item, content, "/item/call_id", now)
        closing(item, content, now)


def _same_type(item: Item, content: Body, now: Arrival) -> bool:
    kind = text(content, "type")
    if kind is None:
        return False
    announced = text(item.added or {}, "type")
    if not announced or kind == announced:
        item.type = kind  # what it was so far may be a guess
        return True
    now.say("item-type-changed", item, "/item/type", expected=announced, found=kind, earlier=item.opened)
    item.told.add("item-type-changed")
    return False


def _same_call(item: Item, content: Body, pointer: str, now: Arrival) -> None:
    announced, found = text(item.added or {}, "call_id"), text(content, "call_id")
    if announced and found is not None and announced != found and once(item, "call-id-changed"):
        now.say("call-id-changed", item, pointer, expected=announced, found=found, earlier=item.opened)


def ended(stream: ResponsesStream, response: Body, now: Arrival) -> None:
    """The response has ended: what is still open, and whether the final output has the items that were streamed."""
    if now.kind == "response.completed":
        now.signals.extend(
            [
                Signal(
                    "item-left-open",
                    item,
                    "/type",
                    "response.output_item.done before it",
                    now.kind,
                    item.opened,
                )
                for item in stream.order
                if item.closed is None and not item.is_phantom
            ]
        )
    final = [mapping(one) for one in listed(response.get("output"))]
    if len(final) != len(stream.order) and not stream.joined_late:
        return  # items are missing, or are more: that is one finding by itself
    known = sorted(stream.order, key=lambda one: one.index)
    for place, item in enumerate(known):
        at = item.index if stream.joined_late else place
        if at >= len(final):
            continue
        content = final[at]
        item_id, pointer = text(content, "id"), f"/response/output/{at}"
        if item_id in stream.by_id and stream.by_id[item_id] is not item:
            continue  # another order, not another id
        if (
            item.id
            and item_id != item.id
            and (item_id or "id" in content)
            and "item-id-changed" not in item.told
        ):
            item.told.add("item-id-changed")
            now.say(
                "item-id-changed",
                item,
                f"{pointer}/id",
                expected=item.id,
                found=item_id or "no id",
                earlier=item.opened,
            )
        kind_now = text(content, "type")
        if kind_now is not None and kind_now != item.type and "item-type-changed" not in item.told:
            now.say(
                "item-type-changed",
                item,
                f"{pointer}/type",
                expected=item.type,
                found=kind_now,
                earlier=item.opened,
            )
        else:
            _same_call(item, content, f"{pointer}/call_id", now)

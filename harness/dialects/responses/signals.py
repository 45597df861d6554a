"""What the Responses machine can notice: the kinds of its signals, and what each means.

After a signal the machine adopts what came, so that one fault gives one signal. "Once an item" (or part, or stream)
is said where a server that is wrong once is wrong with every event. `about` is the `Item` or the `Part`, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS = {
    member: {
        f"{member}-delta-after-done": f"A delta of the item's {member} after the event that says what they amount "
        "to. About: item.",
        f"{member}-done-twice": f"A second such event for the {member}. About: item.",
        f"{member}-not-done": f"The item is done, its {member} had deltas, and no event said what they amount to. "
        "About: item.",
        f"{member}-silent": f"The item is done with a {member} of its own that no event carried. About: item.",
        f"{member}-without-deltas": f"The {member} is done, is not empty, and came in no delta. About: item.",
    }
    for member in ("arguments", "input", "code", "diff")
}
_IMPOSSIBLE = frozenset({
    "command-count", "command-done-twice", "command-kind-changed", "command-text-not-done", "shell-output-added-twice",
    "shell-output-count", "shell-output-done-twice", "shell-output-index-changed", "shell-output-kind-changed",
    "shell-output-not-added", "shell-output-text-not-done", "shell-output-without-deltas",
})  # fmt: skip
"""Commands and outputs of shell calls have one kind, no event that closes them beyond the end of their text, and
outputs none that opens them."""
_INDEXED = {
    "part": "a content part",
    "summary": "a part of a reasoning summary",
    "command": "a command of a shell call",
    "shell-output": "an output of a shell call",
}
_PIECES = {
    layer: {
        f"{layer}-not-added": f"An event for {what} that nobody opened; it is opened. About: part.",
        f"{layer}-index-changed": f"An event whose index nobody opened, while {what} of its kind is open under "
        "another: taken for that one. Once an item. About: part.",
        f"{layer}-index-gap": f"The index of {what} that opens is not the number of those before it. About: part.",
        f"{layer}-added-twice": f"{what.capitalize()} opens that was there already. About: part.",
        f"{layer}-kind-changed": f"An event of another kind than {what}: its delta does not fit, or it closes as "
        "another type than it opened. About: part.",
        f"{layer}-delta-after-done": f"A delta for {what} after the event that says what the deltas amount to, or "
        "after it was closed. About: part.",
        f"{layer}-text-done-twice": f"A second such event for {what}. About: part.",
        f"{layer}-text-not-done": f"{what.capitalize()} closes without that event, and its text is not empty or had "
        "deltas. About: part.",
        f"{layer}-without-deltas": f"The text of {what} is done, is not empty, and came in no delta. About: part.",
        f"{layer}-done-twice": f"{what.capitalize()} closes a second time. About: part.",
        f"{layer}-left-open": f"The item is done while {what} is open. About: part.",
        f"{layer}-count": f"The item is done with another number of such pieces than there was {what} announced. "
        "About: item.",
    }
    for layer, what in _INDEXED.items()
}

SIGNALS: Mapping[str, str] = {
    "type-missing": "A payload without a string `type`.",
    "type-unknown": "An event type that is in no table, has no `slug:`, and is followed by nobody. Once a type.",
    # Sequence
    "sequence-missing": "The first event without `sequence_number`; those after it are silent.",
    "sequence-start": "The first number is not 0, and the stream is not resumed.",
    "sequence-resumed": "The first number of a resumed stream is not the one after `starting_after`.",
    "sequence-gap": "A number larger than the one that was due; numbers go on from there.",
    "sequence-repeated": "A number that came before. Once while the same number repeats.",
    # The response
    "created-not-first": "The first event is not `response.created`, and the stream is not resumed.",
    "created-again": "A second `response.created`.",
    "queued-misplaced": "`response.queued` where it does not belong: not after created, or after in_progress.",
    "in-progress-again": "A second `response.in_progress`.",
    "in-progress-missing": "An item or an end before `response.in_progress`. Once a stream.",
    "event-after-error": "Something other than `response.failed` after an `error` event. Once a stream.",
    "event-after-terminal": "An event after the end of the response. Once a stream.",
    "second-terminal": "A second event that ends the response.",
    "error-without-failed": "The stream ended after an `error` event without `response.failed`. At the end.",
    "terminal-missing": "The stream ended while the response was running. At the end.",
    "status-misfit": "The status of the response object is not one that its event may have.",
    "response-id-changed": "Another `response.id` than in the first event that had one; the first stays. "
    "Once a stream.",
    "created-at-changed": "Another `created_at`, likewise.",
    "model-changed": "Another `model`, likewise.",
    # Items
    "item-not-announced": "An event for an `output_index` that no item has. It is taken for the item with its "
    "`item_id`, where there is one, or opens a phantom. About: item.",
    "output-index-reused": "An item is added at the index of another. About: the new item.",
    "output-index-gap": "An item is added at an index that is not the next one. About: item.",
    "item-id-missing": "An item is added without an id, or with an empty one. About: item.",
    "item-id-repeated": "An item is added with the id of another. About: item.",
    "item-id-mismatch": "An event's `item_id` is not the id of the item at its index. Once an item. About: item.",
    "item-id-changed": "An item is done, or in the final output, under another id. About: item.",
    "item-type-changed": "An item is done, or in the final output, as another type. About: item.",
    "call-id-changed": "An item is done, or in the final output, with another `call_id`. About: item.",
    "call-id-repeated": "An item is added with the `call_id` of another call. About: item.",
    "item-done-without-added": "An item is done that was never added. About: item.",
    "item-done-twice": "An item is done a second time. About: item.",
    "event-after-item-done": "An event for an item that is done. Once an item. About: item.",
    "item-left-open": "The response completes while an item is open. About: item.",
    "items-overlap": "An event for an item, while one that was added after it is open. Once an item. About: item.",
    "wrong-item-type": "An event that items of this type do not have. Once an item and event type. About: item.",
    **{
        kind: meaning
        for layer in _PIECES.values()
        for kind, meaning in layer.items()
        if kind not in _IMPOSSIBLE
    },
    **{kind: meaning for member in _TEXTS.values() for kind, meaning in member.items()},
    "part-wrong-kind": "A content part opens whose type items of this type do not have. About: part.",
    # Smaller things
    "empty-delta": "A delta without a character. About: part or item.",
    "logprobs-missing": "A text delta, or the end of a text, without `logprobs`. Once a part and event type. "
    "About: part.",
    "annotation-index-gap": "`annotation_index` is not the number of annotations before it. About: part.",
    "annotation-after-done": "An annotation after its text was done. About: part.",
    "obfuscation-misplaced": "`obfuscation` on an event that is no delta.",
    # Tools
    "step-out-of-order": "A step of a tool where its item type's order does not have it. Once an item. About: item.",
    "steps-unfinished": "An item is done while its tool's steps are not at an end; silent where they were out of "
    "order. About: item.",
    "partial-image-index": "`partial_image_index` is not larger than the one before. About: item.",
}
"""Kind and meaning."""

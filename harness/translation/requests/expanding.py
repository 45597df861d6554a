"""The state of stored responses put into a request, for upstreams that keep none.

`previous_response_id` and `item_reference` name what an earlier answer left on the server. An upstream that knows
neither is sent the whole conversation instead: what that response was asked, what it answered, and what is new.
Instructions and tools of the earlier request are not taken over, as OpenAI says of `instructions` (API reference,
"Create a model response").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from harness.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stored(Protocol):
    """What is known of earlier responses."""

    def context(self, response_id: str) -> Sequence[Mapping[str, Any]] | None:
        """The items of a response: its whole input, expanded when it was made, then its output; None if unknown."""
        ...

    def item(self, item_id: str) -> Mapping[str, Any] | None:
        """One item of such an input or output; None if unknown."""
        ...


def expanded(body: Mapping[str, Any], stored: Stored) -> Mapping[str, Any]:
    """The request with everything in its input that it refers to.

    Args:
        body: A client's request; a member of a wrong shape is left for its parser to refuse.
        stored: Where to look.

    Returns:
        The body itself where it refers to nothing. Otherwise a new one without `previous_response_id`, whose `input` is
        a list of items; `instructions` and all else are as they were.

    Raises:
        RequestRefused: A response or an item is not known, or a conversation is asked for, which nobody keeps here.
    """
    if body.get("conversation") is not None:
        raise RequestRefused(
            "Unsupported parameter: 'conversation' is not supported here. Use 'previous_response_id', or send the "
            "whole conversation as 'input'.",
            param="conversation",
            name="unsupported_parameter",
        )
    previous = body.get("previous_response_id")
    items = input_items(body)
    before: list[Mapping[str, Any]] = []
    if isinstance(previous, str):
        context = stored.context(previous)
        if context is None:
            raise RequestRefused(
                f"Previous response with id '{previous}' not found.",
                param="previous_response_id",
                name="previous_response_not_found",
            )
        before = list(context)
    elif items is None or not any(_is_reference(item) for item in items):
        return body
    if items is None:
        return body
    told = dict(body)
    told.pop("previous_response_id", None)
    told["input"] = before + [_resolved(item, stored) if _is_reference(item) else item for item in items]
    return told


def input_items(body: Mapping[str, Any]) -> list[Any] | None:
    """The input of a request as a list of items, as it can be stored; None where it is of a wrong shape.

    An input that is one string is one message of the user; one that is absent has no items.
    """
    given = body.get("input")
    if given is None:
        return []
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": given}]}]
    return list(given) if isinstance(given, (list, tuple)) else None


def _is_reference(item: Any) -> bool:
    """An item that only names another; its type may be left out."""
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
        return False
    kind = item.get("type")
    return kind == "item_reference" or (kind is None and "role" not in item)


def _resolved(item: Mapping[str, Any], stored: Stored) -> Mapping[str, Any]:
    name = item["id"]
    found = stored.item(name)
    if found is None:
        raise RequestRefused(
            f"Item with id '{name}' not found. Items are not persisted when `store` is set to false. Try again with "
            "`store` set to true, or remove this item from your input.",
            status=404,
            param="input",
        )
    return found

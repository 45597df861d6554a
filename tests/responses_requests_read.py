"""Requests of the Responses API, and what is read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.losses import Ledger
from harness.translation.requests.from_responses import from_responses

if TYPE_CHECKING:
    from harness.turn.conversation import (
        Message,
        Request,
    )


def read(**members: Any) -> Request:
    """A request with these members, which loses nothing."""
    ledger = Ledger()
    request = from_responses({"model": "m", "input": "hello", **members}, ledger)
    assert ledger.losses == []
    return request


def messages(*items: Any) -> tuple[Message, ...]:
    """The conversation of these items."""
    return read(input=list(items)).messages


def part(item: dict[str, Any]) -> Any:
    """The only part of the only message of an item."""
    (message,) = messages(item)
    (only,) = message.parts
    return only

"""Messages of Chat Completions, and what is read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat

if TYPE_CHECKING:
    from harness.turn.conversation import (
        Message,
    )

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def read(*messages: dict[str, Any]) -> tuple[Message, ...]:
    """The neutral messages, where nothing is lost."""
    ledger = Ledger()
    request = from_chat({"model": "m", "messages": list(messages)}, ledger)
    assert ledger.losses == []
    return request.messages


def refusal(message: Any) -> tuple[str, str | None, str | None]:
    """Message, param and code of the error that a message is answered with."""
    with pytest.raises(RequestRefused) as caught:
        from_chat({"model": "m", "messages": [message]}, Ledger())
    return caught.value.message, caught.value.param, caught.value.name

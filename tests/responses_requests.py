"""Parts of requests whose upstream speaks Responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.asking import Sent, asked, chat

if TYPE_CHECKING:
    from harness.translation.manner import Manner

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
SCHEMA = {"name": "n", "description": "d", "schema": WEATHER, "strict": True}


HI = {"type": "message", "role": "user", "content": "hi"}
PIXEL = "data:image/png;base64,AAAA"


def from_chat(
    *messages: dict[str, Any], profile: str = "openai", manner: Manner | None = None, **members: Any
) -> Sent:
    """Send messages of a Chat client to an upstream that speaks Responses."""
    return asked("chat", chat(*messages, **members), "responses", profile, manner)


def user(*content: dict[str, Any]) -> dict[str, Any]:
    """A user's message."""
    return {"role": "user", "content": list(content)}


def item(kind: str, **members: Any) -> dict[str, Any]:
    """An input item."""
    return {"type": kind, **members}

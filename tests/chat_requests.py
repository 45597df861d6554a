"""Parts of requests whose upstream speaks Chat Completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.asking import Sent, asked, chat, responses

if TYPE_CHECKING:
    from harness.translation.manner import Manner

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTION = {"type": "function", "name": "weather", "parameters": WEATHER, "strict": True}


CUSTOM = {
    "type": "custom",
    "name": "patch",
    "description": "Apply it.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /a+/"},
}


PIXEL = "data:image/png;base64,AAAA"


def user(*content: dict[str, Any]) -> dict[str, Any]:
    """A user's message item."""
    return {"type": "message", "role": "user", "content": list(content)}


def call(call_id: str, name: str = "weather", arguments: str = "{}", **members: Any) -> dict[str, Any]:
    """A call of an earlier turn, as an item."""
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, **members}


def result(call_id: str, output: Any = "sunny") -> dict[str, Any]:
    """What the client's tool answered, as an item."""
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def chat_call(call_id: str, name: str = "weather", arguments: str = "{}") -> dict[str, Any]:
    """A call of an earlier turn, as Chat has it."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def from_responses(
    *items: dict[str, Any], profile: str = "openai", manner: Manner | None = None, **rest: Any
) -> Sent:
    """Send items of a Responses client to an upstream that speaks Chat."""
    return asked("responses", responses(*items, **rest), "chat", profile, manner)


def from_chat(*messages: dict[str, Any], profile: str = "openai", **rest: Any) -> Sent:
    """Send messages of a Chat client to an upstream that speaks Chat."""
    return asked("chat", chat(*messages, **rest), "chat", profile)

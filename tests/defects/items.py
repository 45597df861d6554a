"""Conversations of the Responses API in a few words, and what a Chat upstream is sent for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.defects.cases import (
    sends,
)

if TYPE_CHECKING:
    from harness.translation.engine import Prepared
    from harness.translation.manner import Manner

Item = dict[str, Any]


def user(text: str) -> Item:
    """What a user says."""
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def assistant(text: str) -> Item:
    """What the model said."""
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def called(call_id: str, arguments: str = "{}", *, name: str = "weather") -> Item:
    """A call."""
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}


def result(call_id: str, output: object = "sunny") -> Item:
    """Its result."""
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def thought(text: str) -> Item:
    """What the model thought, in plain words."""
    content = [{"type": "reasoning_text", "text": text}]
    return {"type": "reasoning", "id": f"rs_{text}", "summary": [], "content": content}


def asked(*items: Item, profile: str = "openai", manner: Manner | None = None, **members: Any) -> Prepared:
    """What a Chat upstream is sent for these items."""
    request = {"input": list(items), **members}
    return sends("chat", request, target="responses", profile=profile, manner=manner)


def messages(prepared: Prepared) -> list[dict[str, Any]]:
    """The messages that the upstream is sent."""
    told: list[dict[str, Any]] = prepared.body["messages"]
    return told


def roles(prepared: Prepared) -> list[str]:
    """Who speaks, in order."""
    return [one["role"] for one in messages(prepared)]


def is_answered(prepared: Prepared) -> bool:
    """Whether each message with calls is followed by one result for each of them, in order, and no result is alone."""
    waiting: list[str] = []
    for one in messages(prepared):
        if one["role"] == "tool":
            if not waiting or waiting.pop(0) != one["tool_call_id"]:
                return False
        elif waiting:
            return False
        waiting += [call["id"] for call in one.get("tool_calls", ())]
    return not waiting

"""Chat Completions, streamed and whole: how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.chat.asked import asked
from harness.dialects.chat.machine import ChatMachine
from harness.dialects.dialect import Dialect

if TYPE_CHECKING:
    from harness.dialects.signal import Body


def _kind(body: Body) -> str | None:
    """Two kinds only: an error that stands alone, and everything else is to be a chunk."""
    if "error" in body and "choices" not in body and body["error"] is not None:
        return "error"
    return "chunk"


def _path(path: str) -> bool:
    return path.partition("?")[0].endswith("/chat/completions")


def _speaks(body: Body) -> bool:
    kind = body.get("object")
    if isinstance(kind, str):
        return kind.startswith("chat.completion") and kind != "chat.completion.deleted"
    return isinstance(body.get("choices"), list) and "type" not in body


_VITAL = frozenset({
    "arguments", "choices", "content", "custom", "delta", "error", "finish_reason", "function", "function_call",
    "input", "logprobs", "refusal", "role", "token", "tool_calls", "type", "usage",
})  # fmt: skip

DIALECT = Dialect(
    name="chat",
    title="Chat Completions",
    schema="openai/chat",
    kind=_kind,
    whole="completion",
    machine=ChatMachine,
    asked=asked,
    path=_path,
    speaks=_speaks,
    vital=_VITAL,
)
"""How Chat Completions is read."""

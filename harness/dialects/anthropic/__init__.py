"""Anthropic Messages, streamed and whole: how it is read as an upstream of gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.anthropic.asked import asked
from harness.dialects.anthropic.machine import AnthropicMachine
from harness.dialects.dialect import Dialect

if TYPE_CHECKING:
    from harness.dialects.signal import Body

_TYPES = frozenset(
    {
        "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
        "message_stop",
    }
)  # fmt: skip


def _kind(body: Body) -> str | None:
    kind = body.get("type")
    return kind if isinstance(kind, str) else None


def _path(path: str) -> bool:
    """Whether it is a request for a message; OpenAI's stored completions and threads have messages of their own."""
    path = path.partition("?")[0]
    if path.endswith("/messages"):
        return path.split("/")[-3:-2] not in (["completions"], ["threads"])
    return path.endswith((":streamRawPredict", ":rawPredict"))


def _speaks(body: Body) -> bool:
    kind = body.get("type")
    if not isinstance(kind, str):
        return False
    return kind in _TYPES if kind != "message" else isinstance(body.get("content"), list)


_VITAL = frozenset({
    "content_block", "delta", "index", "message", "partial_json", "stop_reason", "text", "thinking", "type",
})  # fmt: skip

DIALECT = Dialect(
    name="anthropic",
    title="Anthropic Messages",
    schema="anthropic/messages",
    kind=_kind,
    whole="message",
    machine=AnthropicMachine,
    asked=asked,
    path=_path,
    speaks=_speaks,
    terminal=frozenset({"message_stop", "error"}),
    vital=_VITAL,
)
"""How Anthropic Messages is read."""

"""Whole streams of Chat Completions in a few words, and the calls in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.defects.cases import DONE, TOOLS, chunk, counts, role, sse

if TYPE_CHECKING:
    from collections.abc import Mapping

ROME, OSLO = '{"city":"Rome"}', '{"city":"Oslo"}'
FOR_ITEMS: dict[str, Any] = {"tools": TOOLS["responses"]}
FOR_CHAT: dict[str, Any] = {"tools": TOOLS["chat"]}


def more(arguments: str, index: int = 0) -> dict[str, Any]:
    """A fragment with more of a call's arguments."""
    return {"index": index, "function": {"arguments": arguments}}


def ended(*chunks: Mapping[str, Any], finish: str = "stop") -> bytes:
    """A stream of Chat in one read."""
    return sse(role(), *chunks, chunk({}, finish), counts()) + DONE

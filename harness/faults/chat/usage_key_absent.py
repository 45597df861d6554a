"""Chunks do not say that usage is to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import asks_for_usage, is_chunk
from harness.faults.mutation import Edit, request_of

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class UsageKeyAbsent(Edit):
    """No chunk has `usage: null`: the key is absent until the end."""

    name: ClassVar[str] = "usage_key_absent"
    example: ClassVar[str] = "usage_key_absent"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-USE-004",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "chunk with null usage"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if not is_chunk(value) or value.get("usage", "") is not None or not stream.here():
            return False
        del value["usage"]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """Who does not ask for usage misses no key."""
        return None if asks_for_usage(request_of(exchange)) else "the request does not ask for usage"

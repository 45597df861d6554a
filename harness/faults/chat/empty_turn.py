"""The answer is empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import calls, choices, delta, finish, text, thought, values
from harness.faults.mutation import Edit

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class EmptyTurn(Edit):
    """Every delta's text is empty, and yet the choice finishes with `stop`."""

    name: ClassVar[str] = "empty_turn"
    example: ClassVar[str] = "empty_turn"
    breaks: ClassVar[tuple[str, ...]] = ("CHAT-CONT-006", "CHAT-LOGP-001", "XLAT-TEXT-001")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "delta with text"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if text(choice) and not calls(choice)]
        if not found or not stream.here():
            return False
        for choice in found:
            choice["delta"]["content"] = ""
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A choice that was cut, thought, or called a tool, need not say anything."""
        spoken = {
            repr(choice.get("index"))
            for value in values(exchange)
            for choice in choices(value)
            if thought(choice) or calls(choice) or delta(choice).get("refusal")
        }
        if any(
            finish(choice) == "stop" and repr(choice.get("index")) not in spoken
            for value in values(exchange)
            for choice in choices(value)
        ):
            return None
        return "no choice ends with stop that had nothing but text"

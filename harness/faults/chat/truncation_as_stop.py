"""A cut answer is sold as whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import choices, finish, fragments, reasons, usage, values
from harness.faults.fault import manner
from harness.faults.mutation import Edit, request_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TruncationAsStop(Edit):
    """A choice that ended for want of tokens, or by a filter, finishes as if it were whole."""

    name: ClassVar[str] = "truncation_as_stop"
    example: ClassVar[str] = "truncation_as_stop"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "stop": ("CHAT-FIN-008", "XLAT-FIN-001", "XLAT-FIN-004", "CHAT-FIN-005"),
        "tool_calls": ("CHAT-FIN-007", "CHAT-TOOL-009", "XLAT-FIN-001", "XLAT-FIN-004"),
    }
    positional: ClassVar[str | None] = "how"
    needs: ClassVar[tuple[Need, ...]] = ("request",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "finish reason length or content_filter, behind a call for tool_calls"

    how: str = manner(breaks_by_how, "What it finishes with.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = [choice for choice in choices(value) if finish(choice) in {"length", "content_filter"}]
        stream.notes["calls"] = stream.notes.get("calls") or bool(fragments(value))
        if not found or (self.how == "tool_calls" and not stream.notes["calls"]) or not stream.here():
            return False
        for choice in found:
            choice["finish_reason"] = self.how
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A limit in the request that the usage has reached shows it; else the upstream alone knows."""
        limited = {"max_tokens", "max_completion_tokens"} & request_of(exchange).keys()
        counted = any(usage(value) for value in values(exchange))
        if limited and counted and "length" in reasons(exchange):
            return None
        return "only who knows the upstream can tell"

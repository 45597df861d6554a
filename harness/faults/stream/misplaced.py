"""Single events out of their place: lost, repeated, or too late."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

from harness.faults.chat.chunk import (
    THOUGHTS,
    choices,
    delta,
    fails,
    fragments,
    is_chunk,
    key,
    reasons,
    usage,
)
from harness.faults.event import Event
from harness.faults.events import EventFault
from harness.faults.wire import blocks_of, data_spans, is_done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.wire import Block

MISPLACED: Final[tuple[str, ...]] = (
    "SSE-DONE-001",
    "SSE-DONE-002",
    "CHAT-ERR-001",
    "CHAT-ERR-003",
    "CHAT-FIN-001",
    "CHAT-FIN-003",
    "CHAT-ROLE-001",
    "CHAT-TOOL-001",
    "CHAT-TOOL-003",
    "CHAT-TOOL-005",
    "CHAT-TOOL-009",
    "CHAT-TOOL-010",
    "CHAT-USE-001",
    "CHAT-USE-003",
    "CHAT-USE-009",
    "RESP-CTC-001",
    "RESP-FC-001",
    "RESP-FC-002",
    "RESP-FC-003",
    "RESP-ITEM-001",
    "RESP-ITEM-003",
    "RESP-ITEM-004",
    "RESP-ITEM-008",
    "RESP-ITEM-012",
    "RESP-ITEM-013",
    "RESP-ITEM-014",
    "RESP-LIFE-001",
    "RESP-LIFE-002",
    "RESP-LIFE-004",
    "RESP-LIFE-005",
    "RESP-LIFE-006",
    "RESP-PART-001",
    "RESP-PART-002",
    "RESP-PART-004",
    "RESP-PART-005",
    "RESP-PART-006",
    "RESP-REF-001",
    "RESP-RSN-001",
    "RESP-RSN-003",
    "RESP-RSN-007",
    "RESP-SEQ-001",
    "RESP-TEXT-001",
    "RESP-TEXT-003",
    "RESP-TEXT-004",
    "RESP-TEXT-005",
    "RESP-TOOL-005",
    "RESP-TOOL-008",
    "RESP-TOOL-009",
    "UP-ORDER-001",
    "UP-SUM-001",
    "XLAT-RSN-004",
    "XLAT-REF-001",
    "XLAT-TEXT-001",
    "XLAT-TOOL-001",
)
"""Rules that any single event out of its place may break: lost, repeated, or too late, depending on what it was."""
_WORDS = {"content", "refusal", "audio", "function_call", "tool_calls", *THOUGHTS}
_PIECES = {"content_block_delta", "message_delta", "ping"}
"""Events of Anthropic that may come any number of times."""


@dataclass(frozen=True, kw_only=True)
class Drop(EventFault):
    """One event is left out.

    All other events keep their bytes and times.
    """

    name: ClassVar[str] = "drop"
    example: ClassVar[str] = "drop:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        *MISPLACED,
        "HTTP-STATUS-002",
        "RESP-LIFE-012",
        "RESP-SEQ-002",
        "RESP-SEQ-003",
        "UP-BLOCK-001",
        "UP-END-001",
        "XLAT-ERR-001",
        "XLAT-ERR-003",
        "XLAT-ERR-006",
        "XLAT-TOOL-005",
        "XLAT-USE-004",
        "XLAT-USE-006",
    )

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Leave that block out."""
        del exchange
        return (block for number, block in enumerate(blocks) if number != target)

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange))


@dataclass(frozen=True, kw_only=True)
class Repeat(EventFault):
    """One event comes twice in a row.

    The second copy has the bytes of the first and follows it at once.
    """

    name: ClassVar[str] = "repeat"
    example: ClassVar[str] = "repeat:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        *MISPLACED,
        "CHAT-ROLE-002",
        "RESP-RSN-002",
        "RESP-SEQ-004",
        "UP-ORDER-002",
        "XLAT-FIN-003",
    )

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Give that block twice."""
        del exchange
        for number, block in enumerate(blocks):
            yield block
            if number == target:
                yield block

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange))


@dataclass(frozen=True, kw_only=True)
class Swap(EventFault):
    """One event changes places with the one after it.

    Both keep their bytes. It does not apply to the last event, which has none after it.
    """

    name: ClassVar[str] = "swap"
    example: ClassVar[str] = "swap:event=3"
    breaks: ClassVar[tuple[str, ...]] = (
        *MISPLACED,
        "CHAT-CHOICE-005",
        "RESP-SEQ-002",
        "RESP-SEQ-003",
        "RESP-SEQ-004",
        "UP-BLOCK-001",
        "UP-ORDER-002",
    )
    ahead: ClassVar[int] = 1

    def edit(self, blocks: Iterator[Block], target: int, exchange: Exchange) -> Iterator[Block]:
        """Hold that block back until the next has gone."""
        del exchange
        held: Block | None = None
        for number, block in enumerate(blocks):
            if number == target:
                held = block
                continue
            yield block
            if held is not None:
                yield held
                held = None

    def equivalent(self, exchange: Exchange) -> str | None:
        """Nobody may be able to tell."""
        return traceless(exchange, self.target(exchange), 2)


def traceless(exchange: Exchange, target: int | None, count: int = 1) -> str | None:
    """Why nobody can tell that events are lost, repeated or exchanged; None where somebody can.

    Chat Completions, Anthropic and Gemini do not count their events, and do not say again at the end what was said.

    Args:
        exchange: What was recorded.
        target: The number of the first of the events.
        count: How many follow each other.
    """
    if exchange.response is None or target is None:
        return None
    found = list(islice(blocks_of(exchange.response.chunks), target, target + count))
    values = [Event(block).value for block in found]
    if all(_uncounted(value) for value in values) and (
        not _opens_a_call(values) or reasons(exchange) == {"length"}
    ):
        return "the events hold pieces that nobody counts, and that are not said again at the end"
    if any(not data_spans(block.data) for block in found):
        return "an event of them is a comment"
    if any(is_done(block.data) for block in found) and fails(exchange):
        return "after an error [DONE] may be left out"
    return None


def _uncounted(value: Json) -> bool:
    if is_chunk(value) or value.get("object") == "chat.completion.chunk":
        return _only_pieces(value)
    return "candidates" in value or "promptFeedback" in value or value.get("type") in _PIECES


def _only_pieces(value: Json) -> bool:
    return (
        not usage(value)
        and not any(choice.get("finish_reason") for choice in choices(value))
        and all(delta(choice) and _members(choice) <= _WORDS for choice in choices(value))
    )


def _members(choice: Json) -> set[str]:
    """What a delta has; with audio, the role comes again and again."""
    names = set(delta(choice))
    return names - {"role"} if "audio" in names else names


def _opens_a_call(values: list[Json]) -> bool:
    """Whether a call begins in one of the events, unless they are about different calls."""
    places = [{key(choice, call) for choice, call in fragments(value)} for value in values]
    if len(places) > 1 and not set.intersection(*places):
        return False
    return any("id" in call for value in values for _, call in fragments(value))

"""Rules that miss something at the end of a stream.

Where a stream was cut, or nothing came at all, these all could speak, and would say the same: so the rule on the
cause supersedes them.
"""

from __future__ import annotations

MISSING_AT_THE_END = (
    "SSE-DONE-001",
    "SSE-DONE-004",
    "CHAT-FIN-001",
    "CHAT-USE-001",
    "CHAT-CONT-006",
    "CHAT-CHOICE-003",
    "CHAT-TOOL-010",
    "RESP-LIFE-005",
    "RESP-ITEM-012",
    "RESP-LIFE-012",
)
"""Ids of these rules."""

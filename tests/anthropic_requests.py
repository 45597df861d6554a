"""The models of Anthropic that tests ask, and what they ask of them."""

from __future__ import annotations

from harness.turn.conversation import (
    ReasoningWish,
)
from harness.turn.tools import FunctionTool

OLD, FOUR, HAIKU, SIX, EIGHT, FIVE, NEWEST, FABLE = (
    "claude-3-5-haiku-20241022",
    "claude-sonnet-4-20250514",
    "claude-haiku-4-5-20251001",
    "claude-opus-4-6",
    "claude-opus-4-8",
    "claude-sonnet-5",
    "claude-sonnet-5-5",
    "claude-fable-5-2",
)
F = FunctionTool(name="f", at="/tools/0")
AT_LEAST = ReasoningWish(effort="low")

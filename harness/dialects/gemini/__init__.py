"""Gemini generateContent and streamGenerateContent: how they are read as an upstream of gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.dialect import Dialect
from harness.dialects.gemini.asked import asked
from harness.dialects.gemini.machine import GeminiMachine

if TYPE_CHECKING:
    from harness.dialects.signal import Body

_OWN = ("candidates", "promptFeedback", "usageMetadata", "modelVersion")


def _kind(body: Body) -> str | None:
    # An error has a shape of its own, which the published types do not have.
    return "error" if "error" in body else "response"


def _path(path: str) -> bool:
    return ":streamGenerateContent" in path or ":generateContent" in path


def _speaks(body: Body) -> bool:
    return any(name in body for name in _OWN)


_VITAL = frozenset({
    "args", "blockReason", "candidates", "content", "finishReason", "functionCall", "partialArgs", "parts",
    "promptFeedback", "text", "willContinue",
})  # fmt: skip

DIALECT = Dialect(
    name="gemini",
    title="Gemini generateContent",
    schema="gemini/generate_content",
    kind=_kind,
    whole="response",
    machine=GeminiMachine,
    asked=asked,
    path=_path,
    speaks=_speaks,
    terminal=frozenset({"error"}),
    arrays=True,
    vital=_VITAL,
)
"""How Gemini is read."""

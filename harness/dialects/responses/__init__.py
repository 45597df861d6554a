"""OpenAI Responses: `POST /v1/responses`, with and without a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.dialect import Dialect
from harness.dialects.responses.asked import is_path, read_request
from harness.dialects.responses.grammar import ROWS, TERMINALS
from harness.dialects.responses.machine import ResponsesMachine

if TYPE_CHECKING:
    from harness.dialects.signal import Body

__all__ = ["DIALECT"]


def _kind(body: Body) -> str | None:
    kind = body.get("type")
    return kind if isinstance(kind, str) else None


def _speaks(body: Body) -> bool:
    kind = body.get("type")
    if isinstance(kind, str):
        return kind.startswith("response.") or (kind in ROWS and "sequence_number" in body)
    return body.get("object") == "response"


_VITAL = frozenset({
    "arguments", "call_id", "code", "content", "delta", "input", "item", "name", "output", "part", "refusal",
    "response", "status", "summary", "text", "usage",
})  # fmt: skip

DIALECT = Dialect(
    name="responses",
    title="OpenAI Responses",
    schema="openai/responses",
    kind=_kind,
    whole="response",
    machine=ResponsesMachine,
    asked=read_request,
    path=is_path,
    speaks=_speaks,
    terminal=frozenset(TERMINALS),
    vital=_VITAL,
)
"""How the Responses API is read."""

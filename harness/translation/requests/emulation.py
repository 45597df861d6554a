"""Custom tools for upstreams that know functions only: a function with one string, `input` (L144)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.turn.tools import CustomTool

PARAMETERS: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"input": {"type": "string", "description": "The whole input of the tool, as plain text."}},
    "required": ["input"],
    "additionalProperties": False,
}
"""What the arguments of such a function are."""


def description_of(tool: CustomTool) -> str | None:
    """What the model is told of the tool; a grammar of its input, which nothing enforces any more, is told in words."""
    form = tool.format or {}
    definition = form.get("definition")
    if not isinstance(definition, str):
        return tool.description
    syntax = form.get("syntax")
    kind = f"{syntax} grammar" if isinstance(syntax, str) else "grammar"
    told = f"`input` must follow this {kind}:\n{definition}"
    return f"{tool.description}\n\n{told}" if tool.description else told


def arguments_of(text: str) -> str:
    """The arguments of a call that an earlier turn made with that input."""
    return json.dumps({"input": text}, ensure_ascii=False, separators=(",", ":"))

"""What rows and cells of the request tables say again and again: tools, schemas, files."""

from __future__ import annotations

from typing import Any, Final

from harness.translation.requests.emulation import PARAMETERS

STRICT: Final = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
LOOSE: Final = {"type": "object", "properties": {"a": {"type": "string"}}}
WORDS: Final = [
    {
        "type": "text",
        "text": "Answer with one JSON object, and nothing else: no Markdown, no words before or after it.",
    }
]
PNG: Final = "data:image/png;base64,iVBORw0KGgo="
PDF: Final = "data:application/pdf;base64,AAAA"
NOTHING: Final = {"type": "object", "properties": {}}
GRAMMAR: Final = "`input` must follow this lark grammar:\nx"
RESPONSES_EMULATED: Final[dict[str, Any]] = {
    "type": "function",
    "name": "c",
    "description": GRAMMAR,
    "parameters": dict(PARAMETERS),
    "strict": False,
}
CHAT_EMULATED: Final[dict[str, Any]] = {
    "type": "function",
    "function": {"name": "c", "description": GRAMMAR, "parameters": dict(PARAMETERS)},
}
GEMINI_C: Final[dict[str, Any]] = {
    "name": "c",
    "description": GRAMMAR,
    "parametersJsonSchema": dict(PARAMETERS),
}
ANTHROPIC_C: Final[dict[str, Any]] = {"name": "c", "description": GRAMMAR, "input_schema": dict(PARAMETERS)}
RESPONSES_STRICT: Final[dict[str, Any]] = {
    "type": "function",
    "name": "f",
    "parameters": STRICT,
    "strict": True,
}
C: Final[dict[str, Any]] = {
    "type": "custom",
    "custom": {"name": "c", "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "x"}}},
}
RESPONSES_F: Final[dict[str, Any]] = {"type": "function", "name": "f", "parameters": NOTHING, "strict": False}
RESPONSES_C: Final[dict[str, Any]] = {
    "type": "custom",
    "name": "c",
    "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
}
ANTHROPIC_F: Final[dict[str, Any]] = {"name": "f", "input_schema": NOTHING}
F: Final[dict[str, Any]] = {"type": "function", "function": {"name": "f"}}
RESPONSES_G: Final[dict[str, Any]] = {"type": "function", "name": "g", "parameters": NOTHING, "strict": False}
ANTHROPIC_G: Final[dict[str, Any]] = {"name": "g", "input_schema": NOTHING}
CHAT_F: Final[dict[str, Any]] = {
    "type": "function",
    "function": {"name": "f", "parameters": NOTHING, "strict": False},
}
GEMINI_F: Final[dict[str, Any]] = {"name": "f", "parametersJsonSchema": NOTHING}


def user(content: Any, **more: Any) -> dict[str, Any]:
    """What the user said."""
    return {"role": "user", "content": content, **more}


SAID: Final = user("u")


def message(text: str, **more: Any) -> dict[str, Any]:
    """What the assistant said."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "role": "assistant", "content": content, **more}


def assistant(*calls: dict[str, Any], content: Any = None, **more: Any) -> dict[str, Any]:
    """A turn of the assistant."""
    told = {"role": "assistant", "content": content, **more}
    return told | {"tool_calls": list(calls)} if calls else told

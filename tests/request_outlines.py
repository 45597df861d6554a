"""Conversations on their way to an upstream in one line: what a table of tests can hold.

| outline | what it stands for |
|---|---|
| `user: <a> <b>` | a message of two texts; a content that is a string is one text, `null` is none |
| `f#1({})`, `c#1<raw>` | a call of a function, of a custom tool, with its id |
| `#1=<r>`, `#1:=<r>` | the result of a call, of a custom tool's |
| `thought<words>`, `^seal` | a thought, and the signature of the part before it (Gemini) |
| `{...}` | whatever else: compact JSON, so that nothing goes unseen |
"""

from __future__ import annotations

import json
from typing import Any


def outline(messages: list[Any]) -> str:
    """The messages, contents or items of a request in any of the four dialects."""
    return " | ".join(_message(one) for one in messages)


def _message(message: dict[str, Any]) -> str:
    if "role" not in message:
        return _piece(message)
    rest = {name: value for name, value in message.items() if name not in {"role", "content", "parts"}}
    if rest.get("type") == "message":
        del rest["type"]
    content = message.get("parts", message.get("content"))
    pieces = [_piece(one) for one in content] if isinstance(content, list) else [_words(content)]
    if message["role"] == "tool":
        return f"#{rest.pop('tool_call_id')}={' '.join(pieces)}{_rest(rest)}"
    pieces += [_piece(one) for one in rest.pop("tool_calls", ())]
    return f"{message['role']}: {' '.join(pieces)}{_rest(rest)}"


def _piece(part: dict[str, Any]) -> str:
    rest = dict(part)
    kind = rest.pop("type", None)
    told: str | None = None
    match kind:
        case "text" | "input_text" | "output_text":
            if rest.get("annotations") == []:
                del rest["annotations"]
            told = _words(rest.pop("text"))
        case "function" | "custom":
            called = rest.pop(kind)
            told = _call(called, rest.pop("id"))
        case "function_call" | "custom_tool_call":
            told = _call(
                {name: rest.pop(name) for name in ("name", "arguments", "input") if name in rest},
                rest.pop("call_id"),
            )
        case "function_call_output":
            told = f"#{rest.pop('call_id')}={_parts(rest.pop('output'))}"
        case "custom_tool_call_output":
            told = f"#{rest.pop('call_id')}:={_parts(rest.pop('output'))}"
        case "tool_use":
            told = f"{rest.pop('name')}#{rest.pop('id')}({_json(rest.pop('input'))})"
        case "tool_result":
            told = f"#{rest.pop('tool_use_id')}={_parts(rest.pop('content', None))}"
        case None:
            told = _of_gemini(rest)
        case _:
            return _json(part)
    return f"{told}{_rest(rest)}"


def _of_gemini(rest: dict[str, Any]) -> str:
    """One part of Gemini's; what it is made of is taken away."""
    told = ""
    if "text" in rest:
        told = f"{'thought' if rest.pop('thought', False) else ''}{_words(rest.pop('text'))}"
    elif "functionCall" in rest:
        call = rest.pop("functionCall")
        told = f"{call['name']}#{call['id']}({_json(call['args'])})"
    elif "functionResponse" in rest:
        answer = rest.pop("functionResponse")
        told = f"{answer['name']}#{answer['id']}={_json(answer['response'])}"
    return told + (f"^{rest.pop('thoughtSignature')}" if "thoughtSignature" in rest else "")


def _call(call: dict[str, Any], call_id: str) -> str:
    if "input" in call:
        return f"{call['name']}#{call_id}<{call['input']}>"
    return f"{call['name']}#{call_id}({call['arguments']})"


def _parts(content: Any) -> str:
    return " ".join(_piece(one) for one in content) if isinstance(content, list) else _words(content)


def _words(text: Any) -> str:
    return f"<{text}>" if isinstance(text, str) else _json(text)


def _rest(rest: dict[str, Any]) -> str:
    return _json(rest) if rest else ""


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

"""A client's request with everything in it, what the engine sends upstream for it, and what the rules say to both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from harness.dialects.registry import dialect
from harness.rules.case import Case
from harness.rules.registry import rules
from harness.rules.translation.requests_fidelity import Fidelity, heard
from harness.translation.engine import prepare
from harness.translation.ids import SeededMint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.findings import Finding
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

INBOUND: Final[tuple[InboundDialect, ...]] = ("chat", "responses")
UPSTREAM: Final[tuple[UpstreamDialect, ...]] = ("chat", "responses", "gemini", "anthropic")
ROUTES: Final = tuple((inbound, upstream) for inbound in INBOUND for upstream in UPSTREAM)

_PIXEL: Final = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
_IMAGE: Final = f"data:image/png;base64,{_PIXEL}"
_WEATHER: Final = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "With its country."},
        "days": {"type": "integer"},
        "units": {"type": "string", "enum": ["celsius", "kelvin"]},
        "hours": {"type": "array", "items": {"type": "integer"}},
        "place": {"$ref": "#/$defs/place"},
    },
    "required": ["city", "days"],
    "$defs": {
        "place": {"type": "object", "properties": {"north": {"type": "number"}}, "required": ["north"]}
    },
}
_TIME: Final = {"type": "object", "properties": {"zone": {"type": "string"}}}
_CITY: Final = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["name", "people"],
    "additionalProperties": False,
}

CHAT: Final[Mapping[str, Any]] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Answer in French."},
        {"role": "user", "content": "How warm is it in Oslo?"},
        {
            "role": "assistant",
            "content": "I shall look.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city":"Oslo","days":1}'},
                },
                {"id": "call_2", "type": "function", "function": {"name": "get_time", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
        {"role": "tool", "tool_call_id": "call_2", "content": '{"hour": 9}'},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "And where is this?"},
                {"type": "image_url", "image_url": {"url": _IMAGE}},
            ],
        },
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "The weather in a city.",
                "parameters": _WEATHER,
            },
        },
        {
            "type": "function",
            "function": {"name": "get_time", "description": "The time now.", "parameters": _TIME},
        },
    ],
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "temperature": 0.25,
    "top_p": 0.5,
    "max_completion_tokens": 321,
}
"""What both dialects have words for, in Chat's."""

RESPONSES: Final[Mapping[str, Any]] = {
    "model": "m",
    "instructions": "Answer in French.",
    "input": [
        {"role": "user", "content": "How warm is it in Oslo?"},
        {"role": "assistant", "content": "I shall look."},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "get_weather",
            "arguments": '{"city":"Oslo","days":1}',
        },
        {"type": "function_call", "call_id": "call_2", "name": "get_time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "21 degrees"},
        {"type": "function_call_output", "call_id": "call_2", "output": '{"hour": 9}'},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "And where is this?"},
                {"type": "input_image", "image_url": _IMAGE},
            ],
        },
    ],
    "tools": [
        {
            "type": "function",
            "name": "get_weather",
            "description": "The weather in a city.",
            "parameters": _WEATHER,
        },
        {"type": "function", "name": "get_time", "description": "The time now.", "parameters": _TIME},
    ],
    "tool_choice": "required",
    "parallel_tool_calls": False,
    "temperature": 0.25,
    "top_p": 0.5,
    "max_output_tokens": 321,
}
"""The same in the words of Responses."""

FULL: Final[Mapping[str, Mapping[str, Any]]] = {"chat": CHAT, "responses": RESPONSES}

WISHES: Final[Mapping[str, Mapping[str, Any]]] = {
    "chat": {
        "stop": ["END"],
        "n": 2,
        "seed": 7,
        "presence_penalty": 0.5,
        "logprobs": True,
        "top_logprobs": 2,
        "response_format": {"type": "json_schema", "json_schema": {"name": "city", "schema": _CITY}},
    },
    "responses": {
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 2,
        "text": {"format": {"type": "json_schema", "name": "city", "schema": _CITY}},
    },
}
"""How the answer is wanted, where not every upstream has a word for it."""


def plain(inbound: str, **members: Any) -> dict[str, Any]:
    """A request that says hello, with further members."""
    said = {"messages": [{"role": "user", "content": "Hello."}]} if inbound == "chat" else {"input": "Hello."}
    return {"model": "m", **said, **members}


def sent(inbound: InboundDialect, body: Mapping[str, Any], upstream: UpstreamDialect) -> dict[str, Any]:
    """What the engine sends for a client's request."""
    prepared = prepare(inbound, body, upstream=upstream, mint=SeededMint(b"fidelity"), now=lambda: 0)
    copied: dict[str, Any] = json.loads(json.dumps(prepared.body))
    return copied


def found(inbound: str, body: Mapping[str, Any], upstream: str, told: Mapping[str, Any]) -> list[Finding]:
    """What the rules on requests say to a client's request and the upstream's."""
    asked, said = heard(json.dumps(body).encode(), inbound), heard(json.dumps(told).encode(), upstream)
    if asked is None or said is None:
        return []
    spoken = dialect(inbound)
    case: Case[Any] = Case(spoken, spoken.machine(None))
    findings: list[Finding] = []
    for rule in rules().values():
        if issubclass(rule, Fidelity) and rule().concerns(asked, said):
            one = rule().hold(asked, said, case)
            findings += one if isinstance(one, tuple) else [one] if one is not None else []
    return findings

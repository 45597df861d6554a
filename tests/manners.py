"""Requests, and what gateways make of them: the same in the upstream's manner, and what only looks like it."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity import plain

_PNG: Final = "iVBORw0KGgo="
_JPEG: Final = "/9j/4AAQSkZJRg=="


def tool(name: str, **more: Any) -> dict[str, Any]:
    """A function as Chat declares it."""
    return {"type": "function", "function": {"name": name, **more}}


def _taking(properties: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **more}


def _anthropic(**members: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello."}], **members}


def gemini(**members: Any) -> dict[str, Any]:
    """A request of Gemini that says hello, or whatever stands in `members`."""
    return {"contents": [{"role": "user", "parts": [{"text": "Hello."}]}], **members}


def _declared(name: str, **more: Any) -> dict[str, Any]:
    return gemini(tools=[{"functionDeclarations": [{"name": name, **more}]}])


def _input(name: str, schema: Any = None, **more: Any) -> dict[str, Any]:
    return _anthropic(tools=[{"name": name, "input_schema": schema or {"type": "object"}, **more}])


def _shown(url: str) -> dict[str, Any]:
    return plain(
        "chat", messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
    )


def _pictured(media_type: str, data: str) -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type, "data": data}
    return _anthropic(messages=[{"role": "user", "content": [{"type": "image", "source": source}]}])


def history(arguments: str, result: str, call: str = "c1") -> dict[str, Any]:
    """A call, and what the tool answered."""
    made = {"id": "c1", "type": "function", "function": {"name": "get_time", "arguments": arguments}}
    return plain(
        "chat",
        messages=[
            {"role": "user", "content": "Hello."},
            {"role": "assistant", "content": None, "tool_calls": [made]},
            {"role": "tool", "tool_call_id": call, "content": result},
        ],
    )


def _told(arguments: Any, *results: str) -> dict[str, Any]:
    given = [{"type": "tool_result", "tool_use_id": "c1", "content": one} for one in results]
    call = {"type": "tool_use", "id": "c1", "name": "get_time", "input": arguments}
    return _anthropic(
        messages=[
            {"role": "user", "content": "Hello."},
            {"role": "assistant", "content": [call]},
            *([{"role": "user", "content": given}] if given else []),
        ]
    )


_CITY: Final = _taking(
    {"name": {"type": "string"}, "people": {"type": "integer"}}, required=["name", "people"]
)
_FORMAT: Final = {"type": "json_schema", "json_schema": {"name": "city", "schema": _CITY}}
_NODE: Final = _taking({"next": {"$ref": "#"}, "value": {"type": "string"}})

SAME: Final[dict[str, tuple[dict[str, Any], str, dict[str, Any]]]] = {
    "a system prompt of the gateway's own": (plain("chat"), "anthropic", _anthropic(system="You are kind.")),
    "a temperature of 32 bits": (
        plain("chat", temperature=0.7),
        "gemini",
        gemini(generationConfig={"temperature": 0.699999988079071}),
    ),
    "a temperature that is not quite 0": (
        plain("chat", temperature=0),
        "chat",
        plain("chat", temperature=0.01),
    ),
    "defaults that are not told": (plain("chat", temperature=1, top_p=1), "anthropic", _anthropic()),
    "a temperature without top_p": (
        plain("chat", temperature=0.5, top_p=0.9),
        "anthropic",
        _anthropic(temperature=0.5),
    ),
    "a temperature that thought demands": (
        plain("chat", temperature=0.2, top_p=0.2),
        "anthropic",
        _anthropic(
            temperature=1, top_p=0.95, thinking={"type": "enabled", "budget_tokens": 1_024}, max_tokens=2_048
        ),
    ),
    "a text of a kind that is not known there": (
        plain(
            "chat",
            messages=[
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "file",
                            "file": {"filename": "a.md", "file_data": "data:text/markdown;base64,aGVsbG8="},
                        }
                    ],
                }
            ],
        ),
        "gemini",
        gemini(
            contents=[
                {"role": "user", "parts": [{"inlineData": {"mimeType": "text/plain", "data": "aGVsbG8="}}]}
            ]
        ),
    ),
    "the one tool that there is, forced by its name": (
        plain("chat", tools=[tool("f")], tool_choice="required"),
        "anthropic",
        {**_input("f"), "tool_choice": {"type": "tool", "name": "f"}},
    ),
    "a limit that no model can reach": (
        plain("chat", max_tokens=1_000_000),
        "anthropic",
        _anthropic(max_tokens=8_192),
    ),
    "a limit of -1": (plain("chat", max_tokens=-1), "anthropic", _anthropic(max_tokens=4_096)),
    "a limit with room for thought": (
        plain("chat", max_tokens=64),
        "gemini",
        gemini(generationConfig={"maxOutputTokens": 1_088, "thinkingConfig": {"thinkingBudget": 1_024}}),
    ),
    "another name of the limit": (
        plain("chat", max_completion_tokens=64),
        "chat",
        plain("chat", max_tokens=64),
    ),
    "a tool with other marks in its name": (
        plain("chat", tools=[tool("get-time")]),
        "gemini",
        _declared("get_time"),
    ),
    "a tool whose name began with a digit": (
        plain("chat", tools=[tool("3d_print")]),
        "gemini",
        _declared("fn_3d_print"),
    ),
    "a tool with a word before its name": (
        plain("chat", tools=[tool("get_time")]),
        "anthropic",
        _input("proxy_get_time"),
    ),
    "a tool without parameters": (
        plain("chat", tools=[tool("get_time", parameters=_taking({}))]),
        "gemini",
        _declared("get_time"),
    ),
    "a schema without what Gemini refuses": (
        plain(
            "chat",
            tools=[
                tool(
                    "get_time",
                    parameters=_taking(
                        {"zone": {"type": "string", "enum": ["", "utc"], "format": "zone"}},
                        required=["zone", "nothing"],
                    ),
                )
            ],
        ),
        "gemini",
        _declared(
            "get_time",
            parameters={
                "type": "OBJECT",
                "properties": {"zone": {"type": "STRING", "enum": ["utc"]}},
                "required": ["zone"],
            },
        ),
    ),
    "alternatives that are values": (
        plain(
            "chat",
            tools=[tool("f", parameters=_taking({"a": {"oneOf": [{"const": "x"}, {"const": "y"}]}}))],
        ),
        "gemini",
        _declared("f", parameters=_taking({"a": {"type": "STRING", "enum": ["x", "y"]}})),
    ),
    "alternatives of the whole": (
        plain(
            "chat",
            tools=[
                tool(
                    "f",
                    parameters={
                        "anyOf": [_taking({"a": {"type": "string"}}), _taking({"b": {"type": "string"}})]
                    },
                )
            ],
        ),
        "anthropic",
        _input("f", _taking({"a": {"type": "string"}, "b": {"type": "string"}})),
    ),
    "a schema that refers to itself and ends": (
        plain("chat", tools=[tool("f", parameters=_NODE)]),
        "gemini",
        _declared("f", parameters=_taking({"next": {"type": "OBJECT"}, "value": {"type": "STRING"}})),
    ),
    "what is said beside a reference": (
        plain(
            "chat",
            tools=[
                tool(
                    "f",
                    parameters=_taking(
                        {"a": {"$ref": "#/$defs/d", "description": "The first."}},
                        **{"$defs": {"d": {"type": "string", "description": "A text."}}},
                    ),
                )
            ],
        ),
        "anthropic",
        _input("f", _taking({"a": {"type": "string", "description": "The first."}})),
    ),
    "a schema that was made strict": (
        plain("chat", tools=[tool("f", parameters=_taking({"a": {"type": "string", "default": "x"}}))]),
        "chat",
        plain(
            "chat",
            tools=[
                tool(
                    "f",
                    strict=True,
                    parameters=_taking(
                        {"a": {"type": ["string", "null"]}}, required=["a"], additionalProperties=False
                    ),
                )
            ],
        ),
    ),
    "a description with other white space": (
        plain("chat", tools=[tool("f", description="One.\n  Two.")]),
        "anthropic",
        _input("f", description="One. Two."),
    ),
    "a description that is too long": (
        plain("chat", tools=[tool("f", description="word " * 400)]),
        "chat",
        plain("chat", tools=[tool("f", description=("word " * 400)[:1_024])]),
    ),
    "a picture in another spelling of base64": (
        _shown("data:image/png;base64,iVBORw0KGgo"),
        "anthropic",
        _pictured("image/png", _PNG),
    ),
    "a picture of another kind": (
        _shown(f"data:image/png;base64,{_PNG}"),
        "anthropic",
        _pictured("image/jpeg", _JPEG),
    ),
    "a picture's type put right": (
        _shown(f"data:image/jpeg;base64,{_PNG}"),
        "anthropic",
        _pictured("image/png", _PNG),
    ),
    "a result that is JSON with other white space": (
        history("{}", '{"hour": 9}'),
        "anthropic",
        _told({}, '{"hour":9}'),
    ),
    "a result without a call": (history("{}", "nine", call="c9"), "anthropic", _told({})),
    "one call at a time of a model that cannot make more": (
        plain("chat", tools=[tool("f")], parallel_tool_calls=False),
        "chat",
        plain("chat", model="o3-mini", tools=[tool("f")]),
    ),
    "a format told as a tool's one argument": (
        plain("chat", response_format=_FORMAT),
        "anthropic",
        {
            **_input("answer", _taking({"values": _CITY})),
            "tool_choice": {"type": "tool", "name": "answer"},
        },
    ),
    "a format told in the prompt of a server that knows JSON alone": (
        plain("chat", response_format=_FORMAT),
        "chat",
        plain(
            "chat",
            messages=[
                {"role": "system", "content": 'JSON with "name" and "people".'},
                {"role": "user", "content": "Hello."},
            ],
            response_format={"type": "json_object"},
        ),
    ),
    "no thought where the client wants none": (
        plain("chat", reasoning_effort="none"),
        "chat",
        plain("chat"),
    ),
}
"""The client's request, what the upstream speaks, and what it is sent."""

ANOTHER: Final[dict[str, tuple[dict[str, Any], str, dict[str, Any], str]]] = {
    "a tool that is another's by name": (
        plain("chat", tools=[tool("time"), tool("get_time")]),
        "anthropic",
        _input("get_time"),
        "XLAT-REQ-005",
    ),
    "one tool forced where any would do": (
        plain("chat", tools=[tool("f"), tool("g")], tool_choice="required"),
        "anthropic",
        _anthropic(
            tools=[
                {"name": "f", "input_schema": {"type": "object"}},
                {"name": "g", "input_schema": {"type": "object"}},
            ],
            tool_choice={"type": "tool", "name": "f"},
        ),
        "XLAT-REQ-008",
    ),
    "a limit lowered below what models write": (
        plain("chat", max_tokens=8_000),
        "anthropic",
        _anthropic(max_tokens=1_024),
        "XLAT-REQ-015",
    ),
    "alternatives of the whole without any of them": (
        plain(
            "chat",
            tools=[
                tool(
                    "f",
                    parameters={
                        "anyOf": [_taking({"a": {"type": "string"}}), _taking({"b": {"type": "string"}})]
                    },
                )
            ],
        ),
        "anthropic",
        _input("f"),
        "XLAT-REQ-006",
    ),
    "a seed next to the client's": (plain("chat", seed=7), "chat", plain("chat", seed=8), "XLAT-REQ-014"),
    "a result that is told as JSON text of a text": (
        history("{}", '{"hour": 9}'),
        "anthropic",
        _told({}, '"{\\"hour\\": 9}"'),
        "XLAT-REQ-011",
    ),
    "another picture of the same kind": (
        _shown(f"data:image/png;base64,{_PNG}"),
        "anthropic",
        _pictured("image/png", "iVBORw0KGgoA"),
        "XLAT-REQ-013",
    ),
    "a high effort told as a low one": (
        plain("chat", reasoning_effort="high"),
        "chat",
        plain("chat", reasoning_effort="low"),
        "XLAT-REQ-020",
    ),
    "the same words as before, once": (
        {**plain("responses"), "previous_response_id": "resp_1"},
        "chat",
        plain("chat"),
        "XLAT-REQ-021",
    ),
}
"""The client's request, what the upstream speaks, what it is sent, and the rule that says so."""

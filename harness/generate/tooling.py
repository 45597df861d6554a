"""The tools that generated conversations declare and call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.generate.sketch import Tool

if TYPE_CHECKING:
    from harness.generate.choosing import Choose

FUNCTIONS: Final = (
    "get_weather",
    "get_time",
    "add",
    "write_file",
    "search-web",
    "lookup_user_by_email_address_v2",
    "A",
)
CUSTOMS: Final = ("shell", "run_sql")

_STRING: Final = {"type": "string"}
_SCHEMAS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "object", "properties": {"city": _STRING}, "required": ["city"]},
    {"type": "object", "properties": {}},
    {
        "type": "object",
        "properties": {
            "city": {**_STRING, "description": 'Where; "é" is fine.'},
            "unit": {**_STRING, "enum": ["c", "f"]},
        },
        "required": ["city"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": _STRING}},
                },
            },
            "n": {"type": "number", "minimum": 0},
        },
        "required": ["items"],
    },
    {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}},
        "required": ["a", "b"],
    },
)


def tool_named(name: str, choose: Choose | None = None) -> Tool:
    """The declaration of a tool; without choices it is the plainest."""
    if name in CUSTOMS:
        return Tool(name=name, description="Runs what it is given.", custom=True)
    schema = _SCHEMAS[0] if choose is None else choose.pick(_SCHEMAS)
    description = (
        "Does it."
        if choose is None
        else choose.pick(("Does it.", 'Says "hi" to é, and\nmore.', "Current weather in a city."))
    )
    return Tool(name=name, description=description, parameters=schema)

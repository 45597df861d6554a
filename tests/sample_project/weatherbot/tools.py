"""The tools that the model may call."""

from typing import Any


def _function(name: str, argument: str) -> dict[str, Any]:
    """A tool with one text argument."""
    schema = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


TOOLS = [_function("get_weather", "city"), _function("get_time", "tz")]


def get_weather(city: str) -> str:
    """The weather, which is always the same where this bot lives."""
    return {"Paris": "sunny, 21 °C"}.get(city, "unknown")


def get_time(tz: str) -> str:
    """The time, which stands still."""
    return f"12:00 {tz}"


def run(name: str, arguments: dict[str, Any]) -> str:
    """What a tool says."""
    known: dict[str, Any] = {"get_weather": get_weather, "get_time": get_time}
    return str(known[name](**arguments))

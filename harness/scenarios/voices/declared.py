"""Calls as the tools were declared to the upstream.

A gateway may have a function stand in for a custom tool, whose input is its one argument, where the upstream has no
custom tools. A model then calls a function: no upstream ever calls what it was not offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from harness.turn.increments import ArgsDelta, ToolEnd, ToolStart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.turn.increments import Increment


def as_declared(increments: Iterable[Increment], body: Mapping[str, Any]) -> Iterator[Increment]:
    """The increments, with calls of custom tools that a function stands in for as calls of that function.

    Args:
        increments: One answer.
        body: The request that it answers, of Chat or of Responses.
    """
    functions = dict(_functions(body))
    made: dict[int, str] = {}
    for one in increments:
        if isinstance(one, ToolStart) and one.kind == "custom" and one.name in functions:
            made[one.ref] = functions[one.name]
            yield msgspec.structs.replace(one, kind="function")
            yield ArgsDelta(ref=one.ref, choice=one.choice, text=f'{{{_quoted(made[one.ref])}:"')
        elif isinstance(one, ArgsDelta) and one.ref in made:
            yield msgspec.structs.replace(one, text=_quoted(one.text)[1:-1])
        elif isinstance(one, ToolEnd) and one.ref in made:
            yield ArgsDelta(ref=one.ref, choice=one.choice, text='"}')
            yield one
        else:
            yield one


def _functions(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The functions that are declared, and the argument of each that text goes into."""
    tools = body.get("tools")
    for tool in tools if isinstance(tools, list) else ():
        told = (
            tool.get("function", tool) if isinstance(tool, dict) and tool.get("type") == "function" else None
        )
        if not isinstance(told, dict) or not isinstance(told.get("name"), str):
            continue
        schema = told.get("parameters")
        members = schema.get("properties") if isinstance(schema, dict) else None
        yield told["name"], next(iter(members), "input") if isinstance(members, dict) else "input"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
